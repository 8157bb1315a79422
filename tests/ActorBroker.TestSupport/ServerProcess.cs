using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorBroker.TestSupport;

/// <summary>
/// The real server in a process of its own, on a port and a data folder of its own. It can be stopped in order,
/// killed and started again on the same folder and port; disposing ends it whatever happened.
/// </summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly ServerOptions _options;
    private readonly TemporaryFolder _workFolder = new();
    private readonly ReservedPort? _reserved;
    private Process? _process;
    private ProcessOutput _output = new();
    private ProcessOutput _errors = new();

    private ServerProcess(ServerOptions options)
    {
        _options = options;
        _reserved = options.Port == 0 ? ReservedPort.Take() : null;
        Port = _reserved?.Port ?? options.Port;
        DataFolder = options.DataFolder ?? _workFolder["data"];
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>For a client's <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers => $"127.0.0.1:{Port}";

    /// <summary>Its data.</summary>
    public string DataFolder { get; }

    /// <summary>Its standard output since its last start.</summary>
    public string Output => _output.Text;

    /// <summary>Its standard error since its last start.</summary>
    public string Errors => _errors.Text;

    /// <summary>Its process id.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Starts a server and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(ServerOptions? options, CancellationToken cancel)
    {
        var server = new ServerProcess(options ?? new ServerOptions());
        try
        {
            await server.LaunchAsync(cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a server with exactly these arguments until it ends by itself.</summary>
    public static async Task<ServerResult> RunToEndAsync(
        IReadOnlyList<string> arguments, CancellationToken cancel,
        string? workFolder = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        using var temporary = new TemporaryFolder();
        var output = new ProcessOutput();
        var errors = new ProcessOutput();
        using var process = Start(
            arguments, workFolder ?? temporary.Path, variables ?? new Dictionary<string, string>(), output, errors);
        try
        {
            await process.WaitForExitAsync(cancel).WaitAsync(new ServerOptions().Patience, cancel);
            return new ServerResult(process.ExitCode, output.Text, errors.Text);
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Where it serves metrics and health, as its banner says.</summary>
    public async Task<Uri> HttpAddressAsync(CancellationToken cancel)
    {
        var line = await WaitForOutputAsync(line => HttpLine().IsMatch(line), cancel);
        return new Uri(HttpLine().Match(line).Groups["address"].Value);
    }

    /// <summary>Waits for a line of standard output.</summary>
    public Task<string> WaitForOutputAsync(Func<string, bool> match, CancellationToken cancel)
        => _output.WaitForLineAsync(match).WaitAsync(_options.Patience, cancel);

    /// <summary>Ends it as a power cut would end the process: kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(); // SIGKILL
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Asks it to stop with SIGTERM, waits, and tells how it ended.</summary>
    public async Task<ServerResult> StopAsync(CancellationToken cancel)
    {
        UnixSignals.Terminate(_process!.Id);
        await _process.WaitForExitAsync(cancel).WaitAsync(_options.Patience, cancel);
        return new ServerResult(_process.ExitCode, Output, Errors);
    }

    /// <summary>Waits until it has ended by itself, and tells how.</summary>
    public async Task<ServerResult> EndedAsync(CancellationToken cancel)
    {
        await _process!.WaitForExitAsync(cancel).WaitAsync(_options.Patience, cancel);
        return new ServerResult(_process.ExitCode, Output, Errors);
    }

    /// <summary>Starts it again on the same data and the same port.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        await EndAsync();
        await LaunchAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _reserved?.Dispose();
        _workFolder.Dispose();
    }

    private static Process Start(
        IEnumerable<string> arguments, string workFolder, IReadOnlyDictionary<string, string> variables,
        ProcessOutput output, ProcessOutput errors)
    {
        var command = RepositoryPaths.ServerCommand;
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = workFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        // Whatever whoever runs the tests has set for a broker is not meant for this one.
        var ours = start.Environment.Keys.Where(name => name.StartsWith("ACTORBROKER_", StringComparison.Ordinal));
        foreach (var name in ours.ToArray())
        {
            start.Environment.Remove(name);
        }

        // Servers that run beside each other can't all have the default HTTP port.
        start.Environment["ACTORBROKER_HTTP_LISTENER"] = "http://127.0.0.1:0";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += output.Add;
        process.ErrorDataReceived += errors.Add;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    private async Task LaunchAsync(CancellationToken cancel)
    {
        _output = new ProcessOutput();
        _errors = new ProcessOutput();
        string[] arguments =
        [
            $"--listeners=PLAINTEXT://127.0.0.1:{Port}",
            $"--log.dirs={DataFolder}",
            .. _options.Settings.Select(setting => "--" + setting),
        ];
        _process = Start(arguments, _workFolder.Path, _options.Variables, _output, _errors);
        try
        {
            var line = await WaitForOutputAsync(line => ListeningLine().IsMatch(line), cancel);
            Port = int.Parse(ListeningLine().Match(line).Groups["port"].Value, CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is EndOfStreamException or TimeoutException)
        {
            await EndAsync();
            throw new InvalidOperationException(
                $"The server does not listen. It said: {Output}{Environment.NewLine}{Errors}", fault);
        }
    }

    private async Task EndAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        Kill(process);
        await Task.WhenAll(_output.Ended, _errors.Ended).WaitAsync(_options.Patience);
        process.Dispose();
    }

    [GeneratedRegex(@"^\s+listening on \S+:(?<port>\d+)")]
    private static partial Regex ListeningLine();

    [GeneratedRegex(@"^\s+metrics and health on (?<address>\S+)")]
    private static partial Regex HttpLine();
}
