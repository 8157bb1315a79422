using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

/// <summary>What the coordinator needs of a group, whichever protocol it speaks.</summary>
/// <remarks>
/// State that is stored changes by applying records only: a decision adds records to the turn and applies them at
/// once, so that recovery and normal running are one path. What is not stored (parked replies, deadlines) is free.
/// </remarks>
internal abstract class CoordinatedGroup(string id, GroupContext context)
{
    public const long Never = long.MaxValue;

    public string Id => id;

    public abstract GroupType Type { get; }

    /// <summary>Kafka's name of the state.</summary>
    public abstract string State { get; }

    /// <summary>E.g. <c>consumer</c>; empty while the group only keeps offsets.</summary>
    public abstract string ProtocolType { get; }

    public abstract int MemberCount { get; }

    /// <summary>When the group became empty, Unix milliseconds; null while it has members.</summary>
    public abstract long? EmptySinceMs { get; }

    /// <summary>When <see cref="OnTimer"/> wants to be called, monotonic; <see cref="Never"/>.</summary>
    public abstract long NextDeadlineMs { get; }

    protected GroupContext Context => context;

    /// <summary>A deadline may be due.</summary>
    public abstract void OnTimer(GroupTurn turn);

    /// <summary>
    /// Leadership begins after a replay: everyone known gets a whole session from now on, waits begin anew.
    /// </summary>
    public abstract void Begin(GroupTurn turn);

    /// <summary>Whether this member may commit in this generation; an accepted commit is a sign of life.</summary>
    public abstract ErrorCode CheckCommit(GroupTurn turn, CommitCommand commit);

    /// <summary>Whether this member may fetch offsets.</summary>
    public abstract ErrorCode CheckFetch(FetchOffsetsCommand fetch);

    /// <summary>Whether offsets may be deleted at all; single topics are asked for below.</summary>
    public abstract ErrorCode CheckOffsetDelete();

    /// <summary>Some member reads the topic (so its offsets neither expire nor are deleted).</summary>
    public abstract bool IsSubscribedTo(string topic);

    /// <summary>Adds and applies the tombstones of all that the group has stored about itself.</summary>
    public abstract void Delete(GroupTurn turn);

    /// <summary>Answers whatever is parked: the coordinator moves, stops, or the group goes.</summary>
    public abstract void FailParked(GroupTurn turn, ErrorCode error);
}
