using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Consumer;

/// <summary>A heartbeat or a join that is answered at the end of the turn.</summary>
/// <param name="Member">Whose it is.</param>
/// <param name="Owned">What the member says it owns; null: it does not say.</param>
internal abstract record Waiting(ConsumerMember Member, PartitionSet? Owned)
{
    public abstract void Fail(GroupTurn turn, ErrorCode error);
}

/// <summary>A heartbeat of KIP-848.</summary>
/// <param name="Member">Whose it is.</param>
/// <param name="Owned">What the member says it owns; null: it does not say.</param>
/// <param name="Command">The request.</param>
/// <param name="Reply">Who waits.</param>
internal sealed record WaitingHeartbeat(
    ConsumerMember Member,
    PartitionSet? Owned,
    ConsumerHeartbeatCommand Command,
    Reply<ConsumerHeartbeatResult> Reply) : Waiting(Member, Owned)
{
    public override void Fail(GroupTurn turn, ErrorCode error) =>
        turn.Answer(Reply, new ConsumerHeartbeatResult { Error = error });
}

/// <summary>A join of the classic protocol.</summary>
/// <param name="Member">Whose it is.</param>
/// <param name="Owned">What the member says it owns.</param>
/// <param name="Command">The request, with the member's id filled in.</param>
/// <param name="Reply">Who waits.</param>
internal sealed record WaitingJoin(
    ConsumerMember Member, PartitionSet Owned, JoinCommand Command, Reply<JoinResult> Reply) : Waiting(Member, Owned)
{
    public override void Fail(GroupTurn turn, ErrorCode error) =>
        turn.Answer(Reply, new JoinResult { Error = error, MemberId = Member.Id });
}
