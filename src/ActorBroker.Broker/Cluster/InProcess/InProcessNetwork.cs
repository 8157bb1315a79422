using System.Collections.Concurrent;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Cluster.InProcess;

/// <summary>
/// The ways between brokers of one process: an append is a call. Ways can be cut, one direction at a time, and brokers
/// can be paused, as a network and an operating system would do it.
/// </summary>
/// <remarks>
/// On a way that is cut nothing arrives; an append whose answer can't come back was taken all the same. What a paused
/// broker sends, or is sent, waits until it goes on.
/// </remarks>
internal sealed class InProcessNetwork
{
    private readonly ConcurrentDictionary<int, InProcessLinks> _brokers = new();
    private readonly ConcurrentDictionary<(int From, int To), bool> _cuts = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _paused = new();

    /// <summary>The links of a broker that starts; those that it had in an earlier life end.</summary>
    public IReplicaLinks Attach(int brokerId)
    {
        var links = new InProcessLinks(this, brokerId);
        _brokers[brokerId] = links;
        return links;
    }

    /// <summary>Nothing gets from one to the other any more.</summary>
    public void Cut(int from, int to) => _cuts[(from, to)] = true;

    /// <summary>The way is open again.</summary>
    public void Heal(int from, int to) => _cuts.TryRemove((from, to), out _);

    /// <summary>The broker sends and takes nothing until it goes on.</summary>
    public void Pause(int brokerId) =>
        _paused.TryAdd(brokerId, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>The broker goes on, with all that has waited.</summary>
    public void Resume(int brokerId)
    {
        if (_paused.TryRemove(brokerId, out var gate))
        {
            gate.TrySetResult();
        }
    }

    /// <summary>The broker is gone, and with it whatever is on the way to it.</summary>
    public void Detach(int brokerId) => _brokers.TryRemove(brokerId, out _);

    private void Detach(InProcessLinks links) => _brokers.TryRemove(new(links.BrokerId, links));

    private ValueTask<ReplicaAppendResult> SendAsync(InProcessLinks from, int to, ReplicaAppend append) =>
        _paused.IsEmpty ? DeliverAsync(from, to, append) : SendPausedAsync(from, to, append);

    private async ValueTask<ReplicaAppendResult> SendPausedAsync(InProcessLinks from, int to, ReplicaAppend append)
    {
        await PassAsync(from.BrokerId, to).ConfigureAwait(false);
        var result = await DeliverAsync(from, to, append).ConfigureAwait(false);
        await PassAsync(to, from.BrokerId).ConfigureAwait(false);
        return result;
    }

    private ValueTask<ReplicaAppendResult> DeliverAsync(InProcessLinks from, int to, ReplicaAppend append)
    {
        if (IsCut(from.BrokerId, to) || !IsAttached(from) ||
            !_brokers.TryGetValue(to, out var links) || links.Target is not { } target)
        {
            return ValueTask.FromResult(ReplicaAppendResult.Of(ReplicaAppendStatus.Lost));
        }

        var answer = target.AppendAsync(append);
        return _cuts.IsEmpty ? answer : AnswerAsync(answer, links, from);
    }

    /// <summary>Whatever becomes of the answer, the append's memory is the sender's only once it was given.</summary>
    private async ValueTask<ReplicaAppendResult> AnswerAsync(
        ValueTask<ReplicaAppendResult> answer, InProcessLinks from, InProcessLinks to)
    {
        var result = await answer.ConfigureAwait(false);
        return IsCut(from.BrokerId, to.BrokerId) ? ReplicaAppendResult.Of(ReplicaAppendStatus.Lost) : result;
    }

    private async ValueTask PassAsync(int from, int to)
    {
        while (_paused.TryGetValue(from, out var gate) || _paused.TryGetValue(to, out gate))
        {
            await gate.Task.ConfigureAwait(false);
        }
    }

    private bool IsCut(int from, int to) => !_cuts.IsEmpty && _cuts.ContainsKey((from, to));

    private bool IsAttached(InProcessLinks links) =>
        _brokers.TryGetValue(links.BrokerId, out var current) && current == links;

    private sealed class InProcessLinks(InProcessNetwork network, int brokerId) : IReplicaLinks
    {
        public int BrokerId => brokerId;

        public IReplicaTarget? Target { get; set; }

        public ValueTask<ReplicaAppendResult> AppendAsync(int to, ReplicaAppend append) =>
            network.SendAsync(this, to, append);

        public ValueTask DisposeAsync()
        {
            network.Detach(this);
            return ValueTask.CompletedTask;
        }
    }
}
