using System.Collections.Immutable;
using ActorBroker.Records;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans;

/// <summary>
/// The door to a consumer group, for members that come through grains. The group is the one that Kafka's clients of the
/// classic protocol join; who comes here never assigns: where such a member leads its group, the broker assigns in its
/// place. The grain is on the silo of the group's coordinator; a call that finds it elsewhere is answered
/// <see cref="ErrorCode.NotCoordinator"/>, and the next one finds it in its place. Its key: the group's id.
/// </summary>
/// <remarks>
/// A member joins, gets its partitions by a sync, and then beats well within its session timeout. It joins again when
/// it is told <see cref="ErrorCode.RebalanceInProgress"/>, and begins anew, without its id, after
/// <see cref="ErrorCode.UnknownMemberId"/>. <see cref="ErrorCode.FencedInstanceId"/>: another has its place. Calls are
/// repeated after <see cref="ErrorCode.NotCoordinator"/>, <see cref="ErrorCode.CoordinatorNotAvailable"/> and
/// <see cref="ErrorCode.CoordinatorLoadInProgress"/>. <see cref="ErrorCode.InvalidRequest"/>: a text or a list is not
/// there, or too long for Kafka's formats.
/// </remarks>
[Alias("ActorBroker.IConsumerGroupGrain")]
public interface IConsumerGroupGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes part in the next generation. A new member without an instance is told its id first, by
    /// <see cref="ErrorCode.MemberIdRequired"/>, and joins again with it. A rebalance lasts as long as its slowest
    /// member, and no call waits so long: see <see cref="JoinGroupAnswer.IsPending"/>.
    /// </summary>
    [Alias("Join")]
    Task<JoinGroupAnswer> JoinAsync(JoinGroup join);

    /// <summary>The member's partitions in the generation that it joined.</summary>
    [Alias("Sync")]
    Task<SyncGroupAnswer> SyncAsync(SyncGroup sync);

    /// <summary>Shows that the member is alive.</summary>
    [Alias("Heartbeat")]
    Task<ErrorCode> HeartbeatAsync(GroupMemberName member, int generation);

    /// <summary>
    /// Leaves. A static member that is to come back does not; an empty member id puts an instance out.
    /// </summary>
    [Alias("Leave")]
    Task<ErrorCode> LeaveAsync(GroupMemberName member);

    /// <summary>Commits offsets.</summary>
    [Alias("Commit")]
    Task<CommitAnswer> CommitAsync(CommitOffsets commit);

    /// <summary>What is committed.</summary>
    /// <param name="partitions">Of which partitions; null: all that the group has committed.</param>
    [Alias("Committed")]
    Task<CommittedAnswer> CommittedAsync(ImmutableArray<TopicPartition>? partitions);

    /// <summary>The group and its members, whichever protocol they speak.</summary>
    [Alias("Describe")]
    Task<GroupDescription> DescribeAsync();
}

/// <summary>A member's name.</summary>
/// <param name="MemberId">Its id; empty where it has none yet.</param>
/// <param name="InstanceId">A static member's <c>group.instance.id</c>, or null.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.GroupMemberName")]
public readonly record struct GroupMemberName(
    [property: Id(0)] string MemberId, [property: Id(1)] string? InstanceId = null);

/// <summary>A member's wish to take part.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.JoinGroup")]
public sealed record JoinGroup
{
    /// <summary>The longest that a call waits, in milliseconds.</summary>
    public const int WaitMsMax = 10_000;

    /// <summary>Who.</summary>
    [Id(0)]
    public GroupMemberName Member { get; init; } = new("");

    /// <summary>After an answer that was pending: its ticket.</summary>
    [Id(1)]
    public string? Ticket { get; init; }

    /// <summary>What the member calls itself, for people.</summary>
    [Id(2)]
    public string ClientId { get; init; } = "";

    /// <summary>The topics that it wants to read.</summary>
    [Id(3)]
    public ImmutableArray<string> Topics { get; init; } = [];

    /// <summary>
    /// The assignors that will do, the preferred first: <c>range</c>, <c>roundrobin</c>, <c>sticky</c> or
    /// <c>cooperative-sticky</c>. All members of a group have one in common.
    /// </summary>
    [Id(4)]
    public ImmutableArray<string> Assignors { get; init; } = ["range"];

    /// <summary>
    /// What the member owns (<c>cooperative-sticky</c>, where it goes on reading), or owned before it gave everything
    /// up to join (<c>sticky</c>).
    /// </summary>
    [Id(5)]
    public ImmutableArray<TopicPartition> Owned { get; init; } = [];

    /// <summary>The generation of <see cref="Owned"/>; -1 for none.</summary>
    [Id(6)]
    public int OwnedGeneration { get; init; } = -1;

    /// <summary>Its rack, or null.</summary>
    [Id(7)]
    public string? RackId { get; init; }

    /// <summary>After how long a silent member is put out.</summary>
    [Id(8)]
    public int SessionTimeoutMs { get; init; } = 45_000;

    /// <summary>How long it may take to join again.</summary>
    [Id(9)]
    public int RebalanceTimeoutMs { get; init; } = 300_000;

    /// <summary>How long this call may wait, in milliseconds, up to <see cref="WaitMsMax"/>.</summary>
    [Id(10)]
    public int MaxWaitMs { get; init; } = WaitMsMax;

    /// <summary>Why it joins, for the log; or null.</summary>
    [Id(11)]
    public string? Reason { get; init; }
}

/// <summary>What became of a join.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.JoinGroupAnswer")]
public sealed record JoinGroupAnswer
{
    /// <summary>The outcome, by Kafka's code.</summary>
    [Id(0)]
    public required ErrorCode Error { get; init; }

    /// <summary>
    /// The rebalance is still under way, and the member's join in it: ask the same again, with
    /// <see cref="Ticket"/>. The join stays in it whether the member asks or not, and its session begins when the
    /// rebalance is through: who has not asked again within its session timeout from then on is put out. The error is
    /// <see cref="ErrorCode.RebalanceInProgress"/>.
    /// </summary>
    [Id(1)]
    public bool IsPending { get; init; }

    /// <summary>What a pending join is taken up again by; else null.</summary>
    [Id(2)]
    public string? Ticket { get; init; }

    /// <summary>The member's id from now on; also with <see cref="ErrorCode.MemberIdRequired"/>.</summary>
    [Id(3)]
    public string MemberId { get; init; } = "";

    /// <summary>The generation; -1 after an error.</summary>
    [Id(4)]
    public int Generation { get; init; } = -1;

    /// <summary>The assignor that the members agree on.</summary>
    [Id(5)]
    public string Assignor { get; init; } = "";
}

/// <summary>A member's question for its partitions.</summary>
/// <param name="Member">Who.</param>
/// <param name="Generation">The generation that it joined.</param>
/// <param name="MaxWaitMs">How long the call may wait, up to <see cref="JoinGroup.WaitMsMax"/>.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.SyncGroup")]
public sealed record SyncGroup(
    [property: Id(0)] GroupMemberName Member, [property: Id(1)] int Generation,
    [property: Id(2)] int MaxWaitMs = JoinGroup.WaitMsMax);

/// <summary>A member's partitions.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.SyncGroupAnswer")]
public sealed record SyncGroupAnswer
{
    /// <summary>The outcome, by Kafka's code.</summary>
    [Id(0)]
    public required ErrorCode Error { get; init; }

    /// <summary>
    /// The group's leader, a Kafka client, has not assigned yet: ask the same again. The error is
    /// <see cref="ErrorCode.RebalanceInProgress"/>.
    /// </summary>
    [Id(1)]
    public bool IsPending { get; init; }

    /// <summary>
    /// What the member reads. With <c>cooperative-sticky</c>, a member that owned more gives the rest up and joins
    /// again: others get it then.
    /// </summary>
    [Id(2)]
    public ImmutableArray<TopicPartition> Assigned { get; init; } = [];
}

/// <summary>Offsets to commit.</summary>
/// <param name="Member">Who; an empty id from outside of the group, while it has no members.</param>
/// <param name="Generation">The member's generation; -1 from outside of the group.</param>
/// <param name="Offsets">What.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.CommitOffsets")]
public sealed record CommitOffsets(
    [property: Id(0)] GroupMemberName Member, [property: Id(1)] int Generation,
    [property: Id(2)] ImmutableArray<PartitionOffset> Offsets);

/// <summary>How far a partition has been read.</summary>
/// <param name="Partition">Which one.</param>
/// <param name="Offset">The offset of the next record to read; -1 where nothing was committed.</param>
/// <param name="LeaderEpoch">The epoch of the record before it; -1 unknown.</param>
/// <param name="Metadata">A note.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.PartitionOffset")]
public readonly record struct PartitionOffset(
    [property: Id(0)] TopicPartition Partition, [property: Id(1)] long Offset,
    [property: Id(2)] int LeaderEpoch = -1, [property: Id(3)] string Metadata = "");

/// <summary>What became of a commit.</summary>
/// <param name="Errors">
/// Of each offset, in the order of the request, the outcome by Kafka's code; one, where the request had no list.
/// </param>
[GenerateSerializer, Immutable, Alias("ActorBroker.CommitAnswer")]
public sealed record CommitAnswer([property: Id(0)] ImmutableArray<ErrorCode> Errors);

/// <summary>What is committed.</summary>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="Offsets">The offsets, in the order of the request.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.CommittedAnswer")]
public sealed record CommittedAnswer(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] ImmutableArray<PartitionOffset> Offsets);

/// <summary>A group.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.GroupDescription")]
public sealed record GroupDescription
{
    /// <summary>The outcome, by Kafka's code.</summary>
    [Id(0)]
    public required ErrorCode Error { get; init; }

    /// <summary>Kafka's name of the state, e.g. <c>Stable</c>.</summary>
    [Id(1)]
    public string State { get; init; } = "";

    /// <summary>E.g. <c>consumer</c>; empty for a group that only keeps offsets.</summary>
    [Id(2)]
    public string ProtocolType { get; init; } = "";

    /// <summary>The assignor in use; empty where there is none.</summary>
    [Id(3)]
    public string Assignor { get; init; } = "";

    /// <summary>The members, by their ids.</summary>
    [Id(4)]
    public ImmutableArray<GroupMemberDescription> Members { get; init; } = [];
}

/// <summary>A member of a group.</summary>
/// <param name="Member">Its name.</param>
/// <param name="ClientId">What it calls itself.</param>
/// <param name="Host">Where it comes from; <c>orleans</c>: through a grain.</param>
/// <param name="Assigned">What it reads.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.GroupMemberDescription")]
public sealed record GroupMemberDescription(
    [property: Id(0)] GroupMemberName Member, [property: Id(1)] string ClientId, [property: Id(2)] string Host,
    [property: Id(3)] ImmutableArray<TopicPartition> Assigned);
