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

/// <summary>Something that the shard itself or its coordinator wants done.</summary>
internal sealed class GroupCommand(Action<GroupShard> command) : GroupItem
{
    public override void Run(GroupShard shard) => command(shard);
}

/// <summary>A client's request.</summary>
internal abstract class GroupRequest : GroupItem
{
    /// <summary>The machine has answered; the client need not know yet.</summary>
    public abstract bool IsAnswered { get; }

    /// <summary>Asks the machine; the reply may be set at once or later.</summary>
    public abstract void Ask(GroupCoordinatorMachine machine, GroupTurn turn);

    /// <summary>Answers without asking anybody.</summary>
    public abstract void Refuse(ErrorCode error);

    public sealed override void Run(GroupShard shard) => shard.Serve(this);
}

/// <summary>A request and its awaitable answer.</summary>
internal sealed class GroupRequest<T> : GroupRequest
{
    private readonly Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> _ask;
    private readonly GroupReply<T> _reply;

    /// <param name="ask">Asks the machine.</param>
    /// <param name="refusal">The answer that says an error only.</param>
    public GroupRequest(Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask, Func<ErrorCode, T> refusal)
    {
        _ask = ask;
        _reply = new GroupReply<T>(this, refusal);
    }

    public Task<T> Answer => _reply.Answer;

    public override bool IsAnswered => _reply.IsAnswered;

    public override void Ask(GroupCoordinatorMachine machine, GroupTurn turn) => _ask(machine, turn, _reply);

    public override void Refuse(ErrorCode error) => _reply.Fail(error);
}
