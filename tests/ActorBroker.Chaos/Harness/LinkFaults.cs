using System.Collections.Concurrent;

namespace ActorBroker.Chaos.Harness;

/// <summary>
/// What the network between two brokers does to bytes, by direction: it holds them back until it is whole again, as a
/// cut does to TCP, which repeats what was lost; or it takes its time.
/// </summary>
internal sealed class LinkFaults
{
    private readonly ConcurrentDictionary<(int From, int To), TaskCompletionSource> _cuts = new();
    private readonly ConcurrentDictionary<(int From, int To), TimeSpan> _delays = new();

    /// <summary>Nothing gets through from one to the other any more.</summary>
    public void Cut(int from, int to) =>
        _cuts.TryAdd((from, to), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Everything takes this much longer.</summary>
    public void Delay(int from, int to, TimeSpan delay) => _delays[(from, to)] = delay;

    /// <summary>The network is whole again.</summary>
    public void Heal()
    {
        _delays.Clear();
        foreach (var key in _cuts.Keys)
        {
            if (_cuts.TryRemove(key, out var cut))
            {
                cut.SetResult();
            }
        }
    }

    /// <summary>Ends when bytes may pass.</summary>
    public async Task PassAsync(int from, int to, CancellationToken cancel)
    {
        if (_delays.TryGetValue((from, to), out var delay))
        {
            await Task.Delay(delay, cancel);
        }

        while (_cuts.TryGetValue((from, to), out var cut))
        {
            await cut.Task.WaitAsync(cancel);
        }
    }
}
