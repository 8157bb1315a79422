// Deadlines: sessions, revocations, and the waits for classic members. The first of a member's is the one that counts.
namespace ActorBroker.Core.Groups.Consumer;

internal sealed partial class ConsumerGroup
{
    public override long NextDeadlineMs => _deadlines.NextMs;

    /// <inheritdoc/>
    public override void OnTimer(GroupTurn turn)
    {
        while (_deadlines.TakeDue(turn.Now.MonotonicMs) is ConsumerMember due)
        {
            Remove(turn, due);
        }
    }

    /// <inheritdoc/>
    public override void Begin(GroupTurn turn)
    {
        _emptySinceMs = turn.Now.UnixMs;
        MendHoles(turn);
        if (ShallBeClassic)
        {
            CallAtEnd(turn);
        }

        foreach (var member in _members.Values)
        {
            ExtendSession(turn, member);
            if (member.Current.State == MemberState.UnrevokedPartitions)
            {
                member.RevocationDeadlineMs = turn.Now.MonotonicMs + RevocationTimeoutMs(member);
                Watch(member);
            }
        }
    }

    /// <summary>
    /// A log may lack a batch between two that it has (another broker's log may, or one that was cut by hand). What can
    /// be made of the rest goes on: nobody without a subscription is a member, and no epoch is above the group's.
    /// </summary>
    private void MendHoles(GroupTurn turn)
    {
        foreach (var member in _members.Values.Where(static member => member.IsMissing).ToList())
        {
            Remove(turn, member);
        }

        if (NewestEpoch() > GroupEpoch)
        {
            Change(turn);
        }
    }

    private void ExtendSession(GroupTurn turn, ConsumerMember member)
    {
        var timeoutMs = member.Metadata.ClassicMemberMetadata?.SessionTimeoutMs ??
            Context.Settings.OverridesOf(Id)?.SessionTimeoutMs ??
            Context.Settings.ConsumerSessionTimeoutMs;
        member.SessionDeadlineMs = turn.Now.MonotonicMs + timeoutMs;
        Watch(member);
    }

    private static int RevocationTimeoutMs(ConsumerMember member) => Math.Max(member.Metadata.RebalanceTimeoutMs, 0);

    /// <summary>Called whenever one of a member's deadlines was set or lifted.</summary>
    private void Watch(ConsumerMember member) => _deadlines.Set(member, member.EarliestDeadlineMs);
}
