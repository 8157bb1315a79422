using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ActorBroker.Cli.Dev;

/// <summary>A server in a process of its own.</summary>
internal sealed partial class ServerChild : IDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerChild(Process process) => _process = process;

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>As shells count: above 128 it was a signal.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The port that it listens on; fails when it ends before.</summary>
    public Task<int> Port => _port.Task;

    /// <summary>Starts one that writes where this tool writes.</summary>
    public static ServerChild Start(IReadOnlyList<string> server, IEnumerable<string> arguments) =>
        new(StartProcess(server, arguments, redirect: false, _ => { }));

    /// <summary>Starts one whose lines are told with its name.</summary>
    public static ServerChild Start(
        IReadOnlyList<string> server, IEnumerable<string> arguments, Action<string> errorLine)
    {
        ServerChild? child = null;
        var process = StartProcess(server, arguments, redirect: true, created => child = new ServerChild(created));
        process.OutputDataReceived += (_, line) => child!.OnOutput(line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
            {
                errorLine(text);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child!;
    }

    /// <summary>Asks it to stop in order.</summary>
    public void Stop()
    {
        if (_process.HasExited)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            _process.Kill();
        }
        else
        {
            _ = SendSignal(_process.Id, Terminate);
        }
    }

    public Task EndAsync(CancellationToken cancel) => _process.WaitForExitAsync(cancel);

    /// <summary>Kills it if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static Process StartProcess(
        IReadOnlyList<string> server, IEnumerable<string> arguments, bool redirect, Action<Process> created)
    {
        var start = new ProcessStartInfo(server[0])
        {
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        foreach (var argument in server.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        // The tool's own variables are unknown settings to a server.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("ACTORBROKER_",
            StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        var process = new Process { StartInfo = start };
        created(process);
        try
        {
            process.Start();
        }
        catch (Win32Exception fault)
        {
            throw new IOException($"{server[0]} can't be started: {fault.Message}", fault);
        }

        return process;
    }

    private void OnOutput(string? line)
    {
        if (line is null)
        {
            _port.TrySetException(new IOException("The server ended before it listened."));
        }
        else if (ListeningLine().Match(line) is { Success: true } match)
        {
            _port.TrySetResult(int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture));
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    [GeneratedRegex(@"^\s+listening on \S+:(?<port>\d+)")]
    private static partial Regex ListeningLine();
}
