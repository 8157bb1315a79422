using ActorBroker.Broker.Actors;

namespace ActorBroker.Broker.Partitions;

/// <summary>What a partition's mailbox holds.</summary>
internal abstract class PartitionItem : MailboxItem
{
    /// <summary>
    /// It runs when all that was posted before it has been written. What only adds to the turn's write does not.
    /// </summary>
    public virtual bool SeesWrites => true;

    /// <summary>Runs on the partition's turn.</summary>
    public abstract void Run(PartitionActor actor);

    /// <summary>The actor failed before the item could run, or while it ran.</summary>
    public virtual void Fail(Exception failure)
    {
    }
}

/// <summary>A rare command with an answer.</summary>
internal sealed class PartitionCommand<T>(Func<PartitionActor, T> command) : PartitionItem
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _done.Task;

    public override void Run(PartitionActor actor) => _done.TrySetResult(command(actor));

    public override void Fail(Exception failure) => _done.TrySetException(failure);
}
