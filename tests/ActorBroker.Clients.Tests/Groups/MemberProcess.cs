using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests.Groups;

/// <summary>A member in a process of its own: it tells what it has processed, and can be mistreated.</summary>
internal sealed class MemberProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ProcessOutput _errors = new();
    private readonly Task _reading;
    private int _processed;

    private MemberProcess(
        MemberKind kind, string name, Process process, ConcurrentQueue<(int Partition, long Offset)> log)
    {
        IsStatic = kind.IsStatic;
        Name = name;
        _process = process;
        _process.ErrorDataReceived += _errors.Add;
        _process.BeginErrorReadLine();
        _reading = ReadAsync(log);
    }

    public string Name { get; }

    public bool IsStatic { get; }

    /// <summary>How many records it has processed.</summary>
    public int Processed => Volatile.Read(ref _processed);

    /// <summary>What it complained of.</summary>
    public string Errors => _errors.Text;

    public bool HasExited => _process.HasExited;

    public static MemberProcess Start(
        MemberKind kind, string name, JsonObject options, ConcurrentQueue<(int Partition, long Offset)> log)
    {
        var process = ClientScript.Launch(kind.Script);
        process.StandardInput.Write(options.ToJsonString());
        process.StandardInput.Close();
        return new MemberProcess(kind, name, process, log);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndedAsync();
    }

    /// <summary>Asks it to leave, and waits until it has.</summary>
    public async Task StopAsync()
    {
        UnixSignals.Terminate(_process.Id);
        await EndedAsync();
    }

    public void Pause() => UnixSignals.Pause(_process.Id);

    public void Resume() => UnixSignals.Resume(_process.Id);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await EndedAsync();
        _process.Dispose();
    }

    private async Task EndedAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        await _reading;
    }

    private async Task ReadAsync(ConcurrentQueue<(int Partition, long Offset)> log)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last line of a killed process may be cut off; it is not counted then.
            if (line.Split(' ') is ["r", var partition, var offset])
            {
                log.Enqueue((
                    int.Parse(partition, CultureInfo.InvariantCulture),
                    long.Parse(offset, CultureInfo.InvariantCulture)));
                Interlocked.Increment(ref _processed);
            }
        }
    }
}
