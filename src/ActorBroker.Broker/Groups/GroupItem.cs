// What waits in a shard's mailbox. A request carries its own reply: the machine sets it, in this turn or a later one,
// and the shell completes it once everything that was decided before it is committed.
using ActorBroker.Broker.Actors;
using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>Something for a shard's turn.</summary>
internal abstract class GroupItem : MailboxItem
{
    /// <summary>Does it.</summary>
    public abstract void Run(GroupShard shard);
}

/// <summary>A client's request.</summary>
internal abstract class GroupRequest : GroupItem
{
    /// <summary>Asks the machine; the reply may be set at once or later.</summary>
    public abstract void Ask(GroupCoordinatorMachine machine, GroupTurn turn);

    /// <summary>Answers without asking anybody.</summary>
    public abstract void Refuse(ErrorCode error);

    public sealed override void Run(GroupShard shard) => shard.Serve(this);
}

/// <summary>A request and its awaitable answer.</summary>
/// <param name="ask">Asks the machine.</param>
/// <param name="refusal">The answer that says an error only.</param>
internal sealed class GroupRequest<T>(
    Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask, Func<ErrorCode, T> refusal) : GroupRequest
{
    private readonly PendingReply _reply = new(refusal);

    public Task<T> Answer => _reply.Done.Task;

    public override void Ask(GroupCoordinatorMachine machine, GroupTurn turn) => ask(machine, turn, _reply);

    public override void Refuse(ErrorCode error) => _reply.Fail(error);

    private sealed class PendingReply(Func<ErrorCode, T> refusal) : Reply<T>, IFailingReply
    {
        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Release() => Done.TrySetResult(Result);

        public void Fail(ErrorCode error) => Done.TrySetResult(refusal(error));
    }
}

/// <summary>A reply that can be given an error in place of what the machine said.</summary>
internal interface IFailingReply
{
    /// <summary>What was decided could not be stored.</summary>
    void Fail(ErrorCode error);
}
