using System.Diagnostics;
using ActorBroker.TestSupport;

namespace ActorBroker.Chaos.Harness;

/// <summary>
/// A broker as a process: started, stopped, killed and paused by its id. What it says is kept in a file.
/// </summary>
internal sealed class BrokerProcess : IDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);

    // The shell only sends the output into the file, and becomes the broker: the process id is the broker's.
    private const string IntoTheLog = "exec \"$@\" >>\"$CHAOS_LOG\" 2>&1";

    private readonly IReadOnlyList<string> _command;
    private readonly IReadOnlyDictionary<string, string> _variables;
    private Process? _process;
    private bool _isPaused;
    private volatile int _processId;

    public BrokerProcess(
        int id, string dataFolder, string logFile, IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> variables)
    {
        Id = id;
        DataFolder = dataFolder;
        LogFile = logFile;
        _command = command;
        _variables = variables;
    }

    /// <summary>The broker's id.</summary>
    public int Id { get; }

    /// <summary>Its data.</summary>
    public string DataFolder { get; }

    /// <summary>All that it said, over all its lives.</summary>
    public string LogFile { get; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>It runs, and is not paused.</summary>
    public bool IsAtWork => IsRunning && !_isPaused;

    /// <summary>The process id; null while it does not run. May be asked by any thread.</summary>
    public int? ProcessId => _processId == 0 ? null : _processId;

    /// <summary>Starts it, unless it runs.</summary>
    public void Start()
    {
        if (IsRunning)
        {
            return;
        }

        Forget();
        var start = new ProcessStartInfo("/bin/sh", ["-c", IntoTheLog, "broker", .. _command])
        {
            WorkingDirectory = Path.GetDirectoryName(LogFile)!,
        };
        var ours = start.Environment.Keys.Where(name => name.StartsWith("ACTORBROKER_", StringComparison.Ordinal));
        foreach (var name in ours.ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["CHAOS_LOG"] = LogFile;
        foreach (var (name, value) in _variables)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _processId = _process.Id;
    }

    /// <summary>Ends it as a power cut would end the process: kill -9.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            if (IsRunning)
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
            Forget();
        }
    }

    /// <summary>Asks it to stop with SIGTERM and waits; false where it had to be killed.</summary>
    public async Task<bool> StopAsync()
    {
        if (!IsRunning)
        {
            return true;
        }

        Resume();
        UnixSignals.Terminate(_process!.Id);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopPatience);
            var isClean = _process.ExitCode == 0;
            Forget();
            return isClean;
        }
        catch (TimeoutException)
        {
            await KillAsync();
            return false;
        }
    }

    /// <summary>Stops it where it stands.</summary>
    public void Pause()
    {
        UnixSignals.Pause(_process!.Id);
        _isPaused = true;
    }

    /// <summary>Lets it go on.</summary>
    public void Resume()
    {
        if (_isPaused && IsRunning)
        {
            UnixSignals.Resume(_process!.Id);
        }

        _isPaused = false;
    }

    /// <summary>The end of what it said.</summary>
    public string Tail(int lines) =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "";

    public void Dispose()
    {
        if (IsRunning)
        {
            _process!.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
    }

    /// <summary>True, once, where it ended although nobody here ended it.</summary>
    public bool TakeEnd()
    {
        if (_process is not { HasExited: true })
        {
            return false;
        }

        Forget();
        return true;
    }

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
        _processId = 0;
        _isPaused = false;
    }
}
