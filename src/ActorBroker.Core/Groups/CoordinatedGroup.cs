using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

/// <summary>What the coordinator needs of a group, whichever protocol it speaks.</summary>
/// <remarks>
/// State that is stored changes by applying records only: a decision stores records (<see cref="Store"/>), which adds
/// them to the turn and applies them at once by way of the coordinator, so that recovery and normal running are one
/// path. What is not stored (parked replies, deadlines) is free.
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

    /// <summary>
    /// No members, nobody parked or expected, nothing stored: the coordinator forgets the group after the call that
    /// left it so, unless it has offsets.
    /// </summary>
    public abstract bool IsVoid { get; }

    /// <summary>Somebody is about to come in: expiry does not take the group away meanwhile.</summary>
    public virtual bool AwaitsMembers => false;

    /// <summary>When <see cref="OnTimer"/> wants to be called, monotonic; <see cref="Never"/>.</summary>
    /// <remarks>
    /// Asked after each call for this group, so it must be cheap. It may be too early (a heartbeat pushed a session
    /// out): <see cref="OnTimer"/> then just looks for the true one.
    /// </remarks>
    public abstract long NextDeadlineMs { get; }

    protected GroupContext Context => context;

    /// <summary>Takes a stored record of this group, by replay or right after it was decided.</summary>
    public abstract void Apply(in GroupRecord record);

    /// <summary>A deadline may be due.</summary>
    public abstract void OnTimer(GroupTurn turn);

    /// <summary>
    /// Leadership begins after a replay: everyone known gets a whole session from now on, waits begin anew.
    /// </summary>
    public abstract void Begin(GroupTurn turn);

    /// <summary>All requests of a turn are taken in which the group asked for this call.</summary>
    public virtual void EndTurn(GroupTurn turn)
    {
    }

    /// <summary>JoinGroup; a consumer group serves members of the classic protocol while it migrates.</summary>
    public abstract void Join(GroupTurn turn, JoinCommand command, Reply<JoinResult> reply);

    /// <summary>SyncGroup.</summary>
    public abstract void Sync(GroupTurn turn, SyncCommand command, Reply<SyncResult> reply);

    /// <summary>Heartbeat.</summary>
    public abstract void Heartbeat(GroupTurn turn, HeartbeatCommand command, Reply<ErrorCode> reply);

    /// <summary>LeaveGroup.</summary>
    public abstract void Leave(GroupTurn turn, LeaveCommand command, Reply<LeaveResult> reply);

    /// <summary>Whether this member may commit in this generation; an accepted commit is a sign of life.</summary>
    public abstract ErrorCode CheckCommit(GroupTurn turn, CommitCommand commit);

    /// <summary>Whether this member may fetch offsets.</summary>
    public abstract ErrorCode CheckFetch(FetchOffsetsCommand fetch);

    /// <summary>Whether offsets may be deleted at all; single topics are asked for below.</summary>
    public abstract ErrorCode CheckOffsetDelete();

    /// <summary>Whether the group may be deleted: nobody is in it.</summary>
    public abstract ErrorCode CheckDelete();

    /// <summary>Some member reads the topic (so its offsets neither expire nor are deleted).</summary>
    public abstract bool IsSubscribedTo(string topic);

    /// <summary>From when on offsets of topics that nobody reads expire (KIP-211).</summary>
    public abstract OffsetExpiry OffsetExpiry { get; }

    /// <summary>Stores the tombstones of all that the group has stored about itself.</summary>
    public abstract void Delete(GroupTurn turn);

    /// <summary>Answers whatever is parked: the coordinator moves, stops, or the group goes.</summary>
    public abstract void FailParked(GroupTurn turn, ErrorCode error);

    /// <summary>Decides a record; null deletes.</summary>
    protected void Store(GroupTurn turn, IApiMessage key, IApiMessage? value) => context.Store(turn, key, value);
}
