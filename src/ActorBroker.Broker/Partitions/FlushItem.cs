using ActorBroker.Core;

namespace ActorBroker.Broker.Partitions;

/// <summary>
/// A partition's fsync: runs on a worker thread while the turns go on appending, then comes back through the mailbox.
/// There is one at a time; what is appended meanwhile is covered by the next one, which is all there is to group
/// commit.
/// </summary>
internal sealed class FlushItem(PartitionActor actor) : PartitionItem, IThreadPoolWorkItem
{
    private Exception? _failure;

    /// <summary>The replica whose log is flushed; null while none is.</summary>
    public OpenReplica? Replica { get; private set; }

    public void Start(OpenReplica replica)
    {
        Invariant.Holds(Replica is null);
        Replica = replica;
        _failure = null;
        if (!actor.Context.Flushers.TryPost(this))
        {
            _failure = new ObjectDisposedException(nameof(PartitionActor));
            actor.PostControl(this);
        }
    }

    public void Execute()
    {
        try
        {
            lock (Replica!.Flushing)
            {
                Replica.Log.Flush();
            }
        }
#pragma warning disable CA1031 // The turn that gets the item back decides what a failed fsync means.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = failure;
        }

        actor.PostControl(this);
    }

    public override void Run(PartitionActor actor)
    {
        var replica = Replica!;
        Replica = null;
        actor.OnFlushed(replica, _failure);
    }
}
