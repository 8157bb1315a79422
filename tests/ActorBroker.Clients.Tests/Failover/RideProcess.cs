using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests.Failover;

/// <summary>A client in a process of its own that produces numbers and reads them in a group.</summary>
internal sealed class RideProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ProcessOutput _complaints = new();
    private readonly Task _reading;

    private RideProcess(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += _complaints.Add;
        _process.BeginErrorReadLine();
        _reading = ReadAsync();
    }

    /// <summary>The numbers that were acknowledged.</summary>
    public ConcurrentDictionary<int, bool> Acknowledged { get; } = new();

    /// <summary>The numbers that were processed, and how often.</summary>
    public ConcurrentDictionary<int, int> Processed { get; } = new();

    /// <summary>The errors that reached the application.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    public static RideProcess Start(string script, string bootstrap, string topic)
    {
        var process = ClientScript.Launch(script);
        var options = new JsonObject { ["bootstrap"] = bootstrap, ["topic"] = topic, ["group"] = $"{topic}-readers" };
        process.StandardInput.Write(options.ToJsonString());
        process.StandardInput.Close();
        return new RideProcess(process);
    }

    /// <summary>Waits until so many numbers more were acknowledged, and so many more were processed.</summary>
    public async Task GoOnAsync(int count)
    {
        var (acknowledged, processed) = (Acknowledged.Count + count, Processed.Count + count);
        await ProcessCluster.UntilAsync(
            $"{count} more records are acknowledged and processed ({this})",
            () =>
            {
                Assert.False(_process.HasExited, $"the client has ended: {this}");
                return Task.FromResult(Acknowledged.Count >= acknowledged && Processed.Count >= processed);
            });
    }

    /// <summary>Lets it read what it has produced, and end.</summary>
    public async Task StopAsync()
    {
        UnixSignals.Terminate(_process.Id);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        await _reading;
        Assert.True(Errors.IsEmpty && _process.ExitCode == 0, $"it ended with {_process.ExitCode}: {this}");
    }

    public override string ToString() =>
        $"{Acknowledged.Count} acknowledged, {Processed.Count} processed, errors: " +
        $"{string.Join(" | ", Errors)}; {_complaints.Text}";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("e ", StringComparison.Ordinal))
            {
                Errors.Enqueue(line[2..]);
            }
            else if (line.Split(' ') is [var what, var text])
            {
                var number = int.Parse(text, CultureInfo.InvariantCulture);
                if (what == "a")
                {
                    Acknowledged[number] = true;
                }
                else
                {
                    Processed.AddOrUpdate(number, 1, static (_, count) => count + 1);
                }
            }
        }
    }
}
