using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Replication;

/// <summary>
/// One append on its way to a follower. Its answer comes back through the partition's mailbox, on the thread that
/// brought it where the partition is at rest. Pooled, like the buffer that it holds: an append allocates nothing here.
/// </summary>
internal sealed class ReplicaSend : PartitionItem
{
    private const int PoolLimit = 4096;
    private static readonly ConcurrentQueue<ReplicaSend> Pool = new();
    private readonly Action _onAnswered;
    private ValueTaskAwaiter<ReplicaAppendResult> _answer;
    private PartitionActor? _actor;
    private ReplicaBuffer? _buffer;
    private Peer? _peer;

    private ReplicaSend() => _onAnswered = OnAnswered;

    public override bool SeesWrites => false;

    /// <summary>The replica that sent it: another one has nothing to do with the answer.</summary>
    public OpenReplica? Replica { get; private set; }

    /// <summary>The leadership that sent it.</summary>
    public LeaderMachine? Leader { get; private set; }

    public AppendPlan Plan { get; private set; }

    public ReplicaAppendResult Result { get; private set; }

    /// <summary>As the machine was told when it was sent.</summary>
    public int Bytes { get; private set; }

    public static ReplicaSend Rent(
        PartitionActor actor, OpenReplica replica, Peer peer, in AppendPlan plan, ReplicaBuffer? buffer)
    {
        if (!Pool.TryDequeue(out var send))
        {
            send = new ReplicaSend();
        }

        send._actor = actor;
        send.Replica = replica;
        send.Leader = replica.Leader;
        send._peer = peer;
        send.Plan = plan;
        send._buffer = buffer;
        send.Bytes = buffer?.Length ?? 0;
        return send;
    }

    /// <summary>Hands it to the link. True: it is answered already, and the caller takes the answer.</summary>
    public bool Start(IReplicaLinks links, in ReplicaAppend append)
    {
#pragma warning disable CA2012 // The awaiter is asked once, in Land; a state machine would be an object per append.
        _answer = links.AppendAsync(_peer!.BrokerId, append).GetAwaiter();
#pragma warning restore CA2012
        if (_answer.IsCompleted)
        {
            Land();
            return true;
        }

        _answer.UnsafeOnCompleted(_onAnswered);
        return false;
    }

    public override void Run(PartitionActor actor)
    {
        actor.OnAppendAnswered(this);
        Return();
    }

    /// <summary>Gives the object back.</summary>
    public void Return()
    {
        _actor = null;
        Replica = null;
        Leader = null;
        if (Pool.Count < PoolLimit)
        {
            Pool.Enqueue(this);
        }
    }

    private void OnAnswered()
    {
        var actor = _actor!;
        Land();
        actor.PostControlAndRun(this);
    }

    private void Land()
    {
        Result = _answer.GetResult();
        _answer = default;
        _peer!.Give(Bytes);
        _buffer?.Release();
        _buffer = null;
        _peer = null;
    }
}
