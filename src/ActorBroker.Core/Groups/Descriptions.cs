// What is shown of groups.
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

/// <summary>Which protocol a group speaks.</summary>
public enum GroupType
{
    /// <summary>JoinGroup and SyncGroup.</summary>
    Classic,

    /// <summary>ConsumerGroupHeartbeat (KIP-848).</summary>
    Consumer,
}

/// <summary>A row of ListGroups.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="ProtocolType">E.g. <c>consumer</c>; empty for a group that only keeps offsets.</param>
/// <param name="State">Kafka's name of the state, e.g. <c>Stable</c>.</param>
/// <param name="Type">The protocol.</param>
public sealed record ListedGroup(string GroupId, string ProtocolType, string State, GroupType Type);

/// <summary>A classic group as DescribeGroups tells it.</summary>
public sealed record ClassicGroupDescription
{
    /// <summary>The group.</summary>
    public required string GroupId { get; init; }

    /// <summary>The outcome.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>Kafka's name of the state; <c>Dead</c> for one that does not exist.</summary>
    public string State { get; init; } = "Dead";

    /// <summary>E.g. <c>consumer</c>.</summary>
    public string ProtocolType { get; init; } = "";

    /// <summary>The chosen protocol.</summary>
    public string ProtocolName { get; init; } = "";

    /// <summary>The members.</summary>
    public IReadOnlyList<ClassicMemberDescription> Members { get; init; } = [];
}

/// <summary>A member of a classic group.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="InstanceId">Its instance, or null.</param>
/// <param name="Client">Its client.</param>
/// <param name="Metadata">Its metadata, while the group is stable.</param>
/// <param name="Assignment">Its assignment, while the group is stable.</param>
public sealed record ClassicMemberDescription(
    string MemberId,
    string? InstanceId,
    GroupClient Client,
    ReadOnlyMemory<byte> Metadata,
    ReadOnlyMemory<byte> Assignment);

/// <summary>A consumer group as ConsumerGroupDescribe tells it.</summary>
public sealed record ConsumerGroupDescription
{
    /// <summary>The group.</summary>
    public required string GroupId { get; init; }

    /// <summary>The outcome.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>What was wrong, for people.</summary>
    public string? Message { get; init; }

    /// <summary>Kafka's name of the state.</summary>
    public string State { get; init; } = "";

    /// <summary>The group's epoch.</summary>
    public int GroupEpoch { get; init; }

    /// <summary>The epoch of the target assignment.</summary>
    public int AssignmentEpoch { get; init; }

    /// <summary>The assignor in use.</summary>
    public string AssignorName { get; init; } = "";

    /// <summary>The members.</summary>
    public IReadOnlyList<ConsumerMemberDescription> Members { get; init; } = [];
}

/// <summary>A member of a consumer group.</summary>
public sealed record ConsumerMemberDescription
{
    /// <summary>Its id.</summary>
    public required string MemberId { get; init; }

    /// <summary>Its instance, or null.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Its rack, or null.</summary>
    public string? RackId { get; init; }

    /// <summary>Its epoch.</summary>
    public int MemberEpoch { get; init; }

    /// <summary>Its client.</summary>
    public required GroupClient Client { get; init; }

    /// <summary>The topics subscribed by name.</summary>
    public IReadOnlyList<string> TopicNames { get; init; } = [];

    /// <summary>The topics subscribed by expression, or null.</summary>
    public string? TopicRegex { get; init; }

    /// <summary>What it owns.</summary>
    public IReadOnlyList<TopicPartitions> Assignment { get; init; } = [];

    /// <summary>What it shall own.</summary>
    public IReadOnlyList<TopicPartitions> Target { get; init; } = [];

    /// <summary>It speaks the classic protocol, during a migration.</summary>
    public bool IsClassic { get; init; }
}
