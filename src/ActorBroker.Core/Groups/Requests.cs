// What the coordinator is asked and what it answers, free of the wire's versions: the handlers translate.
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

/// <summary>Who asks.</summary>
/// <param name="ClientId">The request header's client id.</param>
/// <param name="Host">The peer's address, as Kafka shows it (<c>/127.0.0.1</c>).</param>
public sealed record GroupClient(string ClientId, string Host);

/// <summary>A member names itself: by id, and where it is static by instance.</summary>
/// <param name="MemberId">The member's id; empty where only the instance is known.</param>
/// <param name="InstanceId"><c>group.instance.id</c>, or null.</param>
public readonly record struct MemberName(string MemberId, string? InstanceId);

/// <summary>A protocol (assignor) that a classic member supports.</summary>
/// <param name="Name">E.g. <c>range</c>.</param>
/// <param name="Metadata">The member's subscription, opaque to a classic group.</param>
public sealed record MemberProtocol(string Name, ReadOnlyMemory<byte> Metadata);

/// <summary>JoinGroup.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Member">The member; an empty id where it has none yet.</param>
/// <param name="Client">Who asks.</param>
/// <param name="ProtocolType">E.g. <c>consumer</c>.</param>
/// <param name="Protocols">In order of preference.</param>
/// <param name="SessionTimeoutMs">After how long a silent member is put out.</param>
/// <param name="RebalanceTimeoutMs">How long it may take to join again.</param>
/// <param name="RequiresMemberId">v4+: a new dynamic member is first told its id (KIP-394).</param>
/// <param name="SupportsSkipAssignment">v9+: a static leader may be told not to assign.</param>
/// <param name="Reason">Why it joins, for the log; or null.</param>
public sealed record JoinCommand(
    string GroupId,
    MemberName Member,
    GroupClient Client,
    string ProtocolType,
    IReadOnlyList<MemberProtocol> Protocols,
    int SessionTimeoutMs,
    int RebalanceTimeoutMs,
    bool RequiresMemberId,
    bool SupportsSkipAssignment,
    string? Reason);

/// <summary>The answer to a join.</summary>
public sealed record JoinResult
{
    /// <summary>The outcome.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>The generation; -1 after an error.</summary>
    public int Generation { get; init; } = -1;

    /// <summary>The member's id, also with MEMBER_ID_REQUIRED.</summary>
    public string MemberId { get; init; } = "";

    /// <summary>The group's protocol type, or null.</summary>
    public string? ProtocolType { get; init; }

    /// <summary>The chosen protocol, or null.</summary>
    public string? ProtocolName { get; init; }

    /// <summary>The leader's member id.</summary>
    public string Leader { get; init; } = "";

    /// <summary>The leader shall not compute an assignment.</summary>
    public bool SkipAssignment { get; init; }

    /// <summary>For the leader: everyone and their metadata.</summary>
    public IReadOnlyList<JoinedMember> Members { get; init; } = [];
}

/// <summary>A member as its leader sees it.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="InstanceId">Its instance, or null.</param>
/// <param name="Metadata">Its metadata for the chosen protocol.</param>
public sealed record JoinedMember(string MemberId, string? InstanceId, ReadOnlyMemory<byte> Metadata);

/// <summary>SyncGroup.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Member">The member.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="ProtocolType">v5+: what the member believes; null: no check.</param>
/// <param name="ProtocolName">v5+: what the member believes; null: no check.</param>
/// <param name="Assignments">From the leader: member id to assignment bytes.</param>
public sealed record SyncCommand(
    string GroupId,
    MemberName Member,
    int Generation,
    string? ProtocolType,
    string? ProtocolName,
    IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Assignments);

/// <summary>The answer to a sync.</summary>
/// <param name="Error">The outcome.</param>
/// <param name="ProtocolType">The group's protocol type, or null.</param>
/// <param name="ProtocolName">The chosen protocol, or null.</param>
/// <param name="Assignment">The member's assignment; empty after an error.</param>
public sealed record SyncResult(
    ErrorCode Error,
    string? ProtocolType = null,
    string? ProtocolName = null,
    ReadOnlyMemory<byte> Assignment = default);

/// <summary>Heartbeat of the classic protocol.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Member">The member.</param>
/// <param name="Generation">Its generation.</param>
public sealed record HeartbeatCommand(string GroupId, MemberName Member, int Generation);

/// <summary>LeaveGroup.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Members">Who leaves.</param>
public sealed record LeaveCommand(string GroupId, IReadOnlyList<MemberName> Members);

/// <summary>The answer to a leave.</summary>
/// <param name="Error">For the whole request.</param>
/// <param name="Members">In the order of the request.</param>
public sealed record LeaveResult(ErrorCode Error, IReadOnlyList<LeftMember> Members);

/// <summary>One who left, or didn't.</summary>
/// <param name="Member">As in the request.</param>
/// <param name="Error">The outcome.</param>
public sealed record LeftMember(MemberName Member, ErrorCode Error);

/// <summary>Partitions of one topic, by the topic's id.</summary>
/// <param name="TopicId">The topic.</param>
/// <param name="Partitions">In ascending order.</param>
public sealed record TopicPartitions(Guid TopicId, IReadOnlyList<int> Partitions);

/// <summary>ConsumerGroupHeartbeat (KIP-848); null and -1 mean "as before".</summary>
/// <param name="GroupId">The group.</param>
/// <param name="MemberId">The member; empty in a v0 join, where the coordinator makes the id.</param>
/// <param name="MemberEpoch">0 joins, -1 leaves, -2 leaves for a while (static), else the epoch in force.</param>
/// <param name="Client">Who asks.</param>
/// <param name="InstanceId"><c>group.instance.id</c>, or null.</param>
/// <param name="RackId">The member's rack, or null.</param>
/// <param name="RebalanceTimeoutMs">How long it may take to give partitions up.</param>
/// <param name="TopicNames">The topics subscribed by name.</param>
/// <param name="TopicRegex">v1+: the topics subscribed by RE2 expression; empty: no longer.</param>
/// <param name="ServerAssignor">The assignor wanted.</param>
/// <param name="Owned">What the member owns now.</param>
public sealed record ConsumerHeartbeatCommand(
    string GroupId,
    string MemberId,
    int MemberEpoch,
    GroupClient Client,
    string? InstanceId = null,
    string? RackId = null,
    int RebalanceTimeoutMs = -1,
    IReadOnlyList<string>? TopicNames = null,
    string? TopicRegex = null,
    string? ServerAssignor = null,
    IReadOnlyList<TopicPartitions>? Owned = null);

/// <summary>The answer to a heartbeat of KIP-848.</summary>
public sealed record ConsumerHeartbeatResult
{
    /// <summary>The outcome.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>What was wrong, for people.</summary>
    public string? Message { get; init; }

    /// <summary>The member's id, or null after an error.</summary>
    public string? MemberId { get; init; }

    /// <summary>The member's epoch.</summary>
    public int MemberEpoch { get; init; }

    /// <summary>When the next heartbeat is due.</summary>
    public int HeartbeatIntervalMs { get; init; }

    /// <summary>What the member shall own; null: as before.</summary>
    public IReadOnlyList<TopicPartitions>? Assignment { get; init; }
}
