// Deadlines: sessions, revocations, and the waits for classic members. Each member has at most one entry in the queue
// that counts; a heartbeat only moves the member's deadline, and the entry looks for it when it comes up.
namespace ActorBroker.Core.Groups.Consumer;

internal sealed partial class ConsumerGroup
{
    public override long NextDeadlineMs => _deadlines.TryPeek(out _, out var dueMs) ? dueMs : Never;

    /// <inheritdoc/>
    public override void OnTimer(GroupTurn turn)
    {
        while (_deadlines.TryPeek(out var member, out var dueMs) && dueMs <= turn.Now.MonotonicMs)
        {
            _deadlines.Dequeue();
            if (member.QueuedDeadlineMs != dueMs || Find(member.Id) != member)
            {
                continue;
            }

            member.QueuedDeadlineMs = Never;
            if (member.NextDeadlineMs <= turn.Now.MonotonicMs)
            {
                Remove(turn, member);
            }
            else
            {
                Queue(member);
            }
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
                Queue(member);
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
        Queue(member);
    }

    private static int RevocationTimeoutMs(ConsumerMember member) => Math.Max(member.Metadata.RebalanceTimeoutMs, 0);

    private void Queue(ConsumerMember member)
    {
        if (member.NextDeadlineMs < member.QueuedDeadlineMs)
        {
            member.QueuedDeadlineMs = member.NextDeadlineMs;
            _deadlines.Enqueue(member, member.QueuedDeadlineMs);
        }
    }
}
