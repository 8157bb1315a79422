using System.Net;
using System.Net.Sockets;
using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>A broker tells where it is, refuses to start where it can't, and stops in order.</summary>
public sealed class StartAndStopTests
{
    [Fact]
    public async Task The_banner_tells_where_the_broker_is_and_how_to_try_it()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        await server.WaitForOutputAsync(line => line.StartsWith("Ctrl+C", StringComparison.Ordinal), Cancel);

        Assert.Contains("broker 1 of cluster ", server.Output, StringComparison.Ordinal);
        Assert.Contains($"listening on PLAINTEXT://127.0.0.1:{server.Port}", server.Output, StringComparison.Ordinal);
        Assert.Contains($"data in {server.DataFolder}", server.Output, StringComparison.Ordinal);
        Assert.Contains($"kcat -b 127.0.0.1:{server.Port} -t greetings -P", server.Output, StringComparison.Ordinal);
        Assert.Contains($"kcat -b 127.0.0.1:{server.Port} -t greetings -C -e", server.Output, StringComparison.Ordinal);
        Assert.Contains("topics create", server.Output, StringComparison.Ordinal);
        Assert.Empty(server.Errors);

        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, Cancel);
        Assert.True(socket.Connected);
    }

    /// <summary>Without it, tests of the published file could test the built one, and nobody would see.</summary>
    [Fact]
    public async Task The_server_that_runs_is_the_one_that_is_meant()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "There is no /proc here to look into.");
        await using var server = await ServerProcess.StartAsync(null, Cancel);

        var running = await File.ReadAllTextAsync($"/proc/{server.ProcessId}/cmdline", Cancel);

        Assert.Equal(RepositoryPaths.ServerCommand, running.Split('\0').Take(RepositoryPaths.ServerCommand.Count));
    }

    [Fact]
    public async Task SIGTERM_stops_in_order_and_the_next_start_finds_a_clean_folder()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        var port = server.Port;

        var result = await server.StopAsync(Cancel);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Stopped: all logs are closed.", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(server.DataFolder, ".kafka_cleanshutdown")));
        await server.RestartAsync(Cancel);
        Assert.Equal(port, server.Port);
        Assert.False(File.Exists(Path.Combine(server.DataFolder, ".kafka_cleanshutdown")));
    }

    [Fact]
    public async Task A_killed_broker_leaves_no_clean_mark_and_starts_again()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);

        await server.KillAsync();

        Assert.False(File.Exists(Path.Combine(server.DataFolder, ".kafka_cleanshutdown")));
        await server.RestartAsync(Cancel);
    }

    [Fact]
    public async Task A_setting_without_effect_is_warned_about()
    {
        await using var server = await ServerProcess.StartAsync(
            new ServerOptions { Settings = ["num.io.threads=8"] }, Cancel);

        await server.WaitForOutputAsync(
            line => line.Contains("num.io.threads (command line) has no effect", StringComparison.Ordinal), Cancel);
    }

    [Fact]
    public async Task A_port_in_use_stops_the_start()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var listener = $"PLAINTEXT://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var line = await FailureAsync([$"--listeners={listener}"]);

        Assert.Contains(listener, line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_broker_on_one_data_folder_is_refused()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);

        var line = await FailureAsync(["--listeners=PLAINTEXT://127.0.0.1:0", $"--log.dirs={server.DataFolder}"]);

        Assert.Contains(server.DataFolder, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_stops_the_start()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["data"], "not a folder", Cancel);

        Assert.Contains(folder["data"], await FailureAsync([$"--log.dirs={folder["data"]}"]), StringComparison.Ordinal);
        Assert.Contains(
            folder["data"], await FailureAsync([$"--log.dirs={folder["data"]}/below"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_nobody_may_write_stops_the_start()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "There is no /proc here, where not even root may write.");

        var line = await FailureAsync(["--log.dirs=/proc/actorbroker"]);

        Assert.Contains("/proc/actorbroker", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_another_broker_is_refused()
    {
        await using var server = await ServerProcess.StartAsync(null, Cancel);
        await server.StopAsync(Cancel);

        var line = await FailureAsync(["--broker.id=7", $"--log.dirs={server.DataFolder}"]);

        Assert.Contains("7", line, StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string> FailureAsync(IReadOnlyList<string> arguments)
    {
        var listener = arguments.Any(argument => argument.StartsWith("--listeners", StringComparison.Ordinal))
            ? arguments
            : [.. arguments, "--listeners=PLAINTEXT://127.0.0.1:0"];
        var result = await ServerProcess.RunToEndAsync(listener, Cancel);

        Assert.Equal(1, result.ExitCode);
        var line = Assert.Single(result.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("actorbroker: ", line, StringComparison.Ordinal);
        return line;
    }
}
