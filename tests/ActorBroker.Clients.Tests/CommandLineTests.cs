using System.Diagnostics;
using System.Security.Cryptography;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests;

/// <summary>The <c>actorbroker</c> tool as a user runs it, against the real server process.</summary>
public sealed class CommandLineTests(ServerFixture server) : IClassFixture<ServerFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_byte_stream_goes_in_and_comes_out_the_same()
    {
        var corpus = RandomFile("corpus", 20_000_001);
        var topic = await CreateAsync(1);
        await RunAsync(0, "produce", "--topic", topic, "--input", corpus, "--compression", "zstd");
        var read = await RunAsync(
            0, "consume", "--topic", topic, "--output", _folder["copy"], "--from-beginning", "--exit-at-end");

        var bytes = await File.ReadAllBytesAsync(corpus, Cancel);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder["copy"], Cancel));
        var sum = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Contains(sum, read.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_files_comes_out_as_files()
    {
        Directory.CreateDirectory(_folder["in/deep/er"]);
        RandomFile("in/small", 10);
        RandomFile("in/empty", 0);
        RandomFile("in/deep/er/large", 300_000);
        var topic = await CreateAsync(3);
        await RunAsync(0, "produce", "--topic", topic, "--directory", _folder["in"], "--record-bytes", "100000");
        await RunAsync(
            0, "consume", "--topic", topic, "--output-directory", _folder["out"], "--from-beginning", "--exit-at-end");

        Assert.Equal(FilesUnder(_folder["in"]), FilesUnder(_folder["out"]));
    }

    [Fact]
    public async Task Lines_go_in_and_come_out_as_lines()
    {
        await File.WriteAllTextAsync(_folder["lines"], "one\r\ntwo\n\nvier", Cancel);
        var topic = await CreateAsync(1);
        await RunAsync(0, "produce", "--topic", topic, "--lines", _folder["lines"]);
        var read = await RunAsync(0, "consume", "--topic", topic, "--from-beginning", "--max-records", "4");

        Assert.Equal("one\ntwo\n\nvier\n", read.Output);
    }

    [Fact]
    public async Task A_file_that_exists_is_not_replaced_unasked()
    {
        await File.WriteAllTextAsync(_folder["precious"], "precious", Cancel);
        var topic = await CreateAsync(1);
        string[] consume = ["consume", "--topic", topic, "--output", _folder["precious"], "--exit-at-end"];
        var refused = await RunAsync(2, consume);

        Assert.Contains("--force", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(_folder["precious"], Cancel));
        await RunAsync(0, [.. consume, "--force"]);
        Assert.Empty(await File.ReadAllTextAsync(_folder["precious"], Cancel));
    }

    [Fact]
    public async Task Topics_are_listed_described_and_deleted()
    {
        var topic = await CreateAsync(2);
        Assert.Contains(topic, (await RunAsync(0, "topics", "list")).Output, StringComparison.Ordinal);
        var described = (await RunAsync(0, "topics", "describe", topic)).Output;
        Assert.Contains("partitions 2", described, StringComparison.Ordinal);
        await RunAsync(0, "topics", "delete", topic);
        var gone = await RunAsync(1, "topics", "describe", topic);
        Assert.Contains("UNKNOWN_TOPIC_OR_PARTITION", gone.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("produce")]
    [InlineData("consume --topic t --from-beginning --offset 3")]
    [InlineData("produce --topic t --input a --lines b")]
    [InlineData("topics create t --config nonsense")]
    [InlineData("nonsense")]
    public async Task A_command_line_that_makes_no_sense_ends_with_2(string arguments)
    {
        var refused = await RunAsync(2, arguments.Split(' '));
        Assert.NotEmpty(refused.Errors);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static List<string> FilesUnder(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path) + " " +
                Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))))
            .Order(StringComparer.Ordinal)];

    private async Task<string> CreateAsync(int partitions)
    {
        var topic = $"tool-{Guid.NewGuid():N}";
        await RunAsync(0, "topics", "create", topic, "--partitions", $"{partitions}");
        return topic;
    }

    private string RandomFile(string name, int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }

    private async Task<(string Output, string Errors)> RunAsync(int expectedCode, params string[] arguments)
    {
        var tool = Path.Combine(AppContext.BaseDirectory, "actorbroker.dll");
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [tool, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ACTORBROKER_BOOTSTRAP"] = server.Bootstrap;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        try
        {
            await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        Assert.True(
            process.ExitCode == expectedCode,
            $"'{string.Join(' ', arguments)}' ended with {process.ExitCode}:\n{await output}\n{await errors}");
        return (await output, await errors);
    }
}
