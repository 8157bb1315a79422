using ActorBroker.Client.Networking;

namespace ActorBroker.Client.Cluster;

// Questions that any broker can answer. A broker that was stopped, or cut off, takes connections and never answers:
// after a while another one is asked, too, and the first answer counts.
internal sealed partial class ClusterClient
{
    private readonly HashSet<BrokerAddress> _slow = [];

    /// <summary>Any broker that takes a connection: known ones first, then the bootstrap list.</summary>
    public async Task<BrokerConnection> AnyAsync(CancellationToken cancel)
    {
        KafkaException? last = null;
        foreach (var address in Candidates())
        {
            try
            {
                return await _connections.GetAsync(address, cancel).ConfigureAwait(false);
            }
            catch (KafkaException exception)
            {
                last = exception;
            }
        }

        throw last!;
    }

    /// <summary>
    /// Asks a broker, and the next one where it fails, or has not answered for a while; the first answer counts.
    /// </summary>
    public async Task<T> AskAnyAsync<T>(
        Func<BrokerConnection, CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var asking = new List<(BrokerAddress Address, Task<T> Answer)>();
        var candidates = Candidates();
        var next = 0;
        try
        {
            while (true)
            {
                if (next < candidates.Count)
                {
                    var address = candidates[next++];
                    asking.Add((address, AskAsync(address, ask, settled.Token)));
                }

                var patience = next < candidates.Count ? LateAnswer.Patience : Timeout.InfiniteTimeSpan;
                var first = Task.WhenAny(asking.Select(each => each.Answer));
                if (await first.IsLateAsync(patience, options.TimeProvider).ConfigureAwait(false))
                {
                    Suspect(asking[^1].Address);
                    continue;
                }

                var (from, answer) = asking.Find(each => each.Answer.IsCompleted);
                asking.RemoveAll(each => each.Answer == answer);
                try
                {
                    var result = await answer.ConfigureAwait(false);
                    Trust(from);
                    return result;
                }
                catch (KafkaException) when (next < candidates.Count || asking.Count > 0)
                {
                    // Another one may know.
                }
            }
        }
        finally
        {
            await settled.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<T> AskAsync<T>(
        BrokerAddress address, Func<BrokerConnection, CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        var connection = await _connections.GetAsync(address, cancel).ConfigureAwait(false);
        return await ask(connection, cancel).ConfigureAwait(false);
    }

    private void Suspect(BrokerAddress address)
    {
        lock (_gate)
        {
            _slow.Add(address);
        }
    }

    private void Trust(BrokerAddress address)
    {
        lock (_gate)
        {
            _slow.Remove(address);
        }
    }

    /// <summary>Whoever was slow the last time is asked last.</summary>
    private List<BrokerAddress> Candidates()
    {
        lock (_gate)
        {
            return [.. _brokers.Values.Concat(_bootstrap).Distinct().OrderBy(_slow.Contains)];
        }
    }
}
