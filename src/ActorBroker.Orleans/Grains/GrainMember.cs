using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Grains;

/// <summary>
/// A member that comes through this grain, from its join on. The join goes its way whether somebody waits for it or
/// not: its answer is kept for whoever asks again, until the member shows by a sync that it has it.
/// </summary>
internal sealed class GrainMember
{
    private readonly string _asked;
    private readonly IReadOnlyList<MemberProtocol> _protocols;
    private readonly int _sessionTimeoutMs;
    private readonly TimeProvider _time;
    private long _heard;

    private GrainMember(JoinCommand command, string ticket, TimeProvider time)
    {
        _asked = command.Member.MemberId;
        _protocols = command.Protocols;
        _sessionTimeoutMs = command.SessionTimeoutMs;
        _time = time;
        Ticket = ticket;
        Hear();
    }

    /// <summary>What a pending join is taken up again by.</summary>
    public string Ticket { get; }

    /// <summary>The answer to the join, with the assignment brought where the member leads.</summary>
    public Task<JoinedByGrain> Joining { get; private set; } = Task.FromResult(default(JoinedByGrain)!);

    /// <summary>The member has the answer: another join is a new one.</summary>
    public bool IsTaken { get; set; }

    /// <summary>The answer, once there is one.</summary>
    public JoinedByGrain? Joined => Joining.IsCompletedSuccessfully ? Joining.Result : null;

    /// <summary>Nobody has asked for it since its session was over, so its group has put it out.</summary>
    public bool IsForgotten =>
        Joining.IsCompleted && _time.GetElapsedTime(Volatile.Read(ref _heard)).TotalMilliseconds > _sessionTimeoutMs;

    /// <summary>Begins a join.</summary>
    public static GrainMember Join(GroupCoordinator groups, JoinCommand command, TimeProvider time)
    {
        var member = new GrainMember(command, Guid.NewGuid().ToString("N"), time);
        member.Joining = member.RunAsync(groups, command);
        return member;
    }

    /// <summary>It is the member of this id.</summary>
    public bool IsNamed(string memberId) =>
        memberId.Length > 0 && (Joined?.Result.MemberId ?? _asked) == memberId;

    /// <summary>A call with these protocols asks for the join that is kept here, not for another one.</summary>
    public bool Asks(IReadOnlyList<MemberProtocol> protocols) => !IsTaken && _protocols.Count == protocols.Count &&
        _protocols.Zip(protocols).All(static pair => pair.First.Name == pair.Second.Name &&
            pair.First.Metadata.Span.SequenceEqual(pair.Second.Metadata.Span));

    /// <summary>The member has shown that it is there.</summary>
    public void Hear() => Volatile.Write(ref _heard, _time.GetTimestamp());

    // Nothing of the grain is needed here, so that its end does not leave a group without its assignment.
    private async Task<JoinedByGrain> RunAsync(GroupCoordinator groups, JoinCommand command)
    {
        var joined = await groups.JoinAsync(command).ConfigureAwait(false);
        Hear();
        if (joined.Error != ErrorCode.None || joined.Leader != joined.MemberId || joined.Members.Count == 0)
        {
            return new JoinedByGrain(joined, ErrorCode.None, null);
        }

        if (joined.SkipAssignment)
        {
            var inForce = await groups.AssignedAsync(command.GroupId, joined).ConfigureAwait(false);
            return new JoinedByGrain(joined, ErrorCode.None, inForce);
        }

        var assignment = groups.AssignFor(joined);
        var synced = await groups.SyncAsync(new SyncCommand(
            command.GroupId, command.Member with { MemberId = joined.MemberId }, joined.Generation,
            joined.ProtocolType, joined.ProtocolName, assignment.Parts)).ConfigureAwait(false);
        Hear();
        return new JoinedByGrain(joined, synced.Error, assignment);
    }
}

/// <summary>The answer to a join, and what followed from it.</summary>
/// <param name="Result">The answer.</param>
/// <param name="Brought">Where the member leads: what became of the assignment that was brought in its name.</param>
/// <param name="Assignment">
/// That assignment, or the one in force where nothing was to be brought; null where the member does not lead.
/// </param>
internal sealed record JoinedByGrain(JoinResult Result, ErrorCode Brought, LeaderAssignment? Assignment);
