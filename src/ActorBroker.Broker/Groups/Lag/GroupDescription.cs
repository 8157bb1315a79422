using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups.Lag;

/// <summary>Everything about one group, whichever protocol it speaks.</summary>
public sealed record GroupDescription
{
    /// <summary>The group.</summary>
    public required string GroupId { get; init; }

    /// <summary>The outcome; GROUP_ID_NOT_FOUND where there is no such group.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>The protocol it speaks.</summary>
    public GroupType Type { get; init; }

    /// <summary>Kafka's name of the state.</summary>
    public string State { get; init; } = "";

    /// <summary>E.g. <c>consumer</c>; empty for a group that only keeps offsets.</summary>
    public string ProtocolType { get; init; } = "";

    /// <summary>The assignor in use; empty where there is none.</summary>
    public string Assignor { get; init; } = "";

    /// <summary>The members, in ordinal order of their ids.</summary>
    public IReadOnlyList<GroupMemberDescription> Members { get; init; } = [];

    /// <summary>Everything committed or assigned, by topic and partition.</summary>
    public IReadOnlyList<PartitionLag> Partitions { get; init; } = [];
}

/// <summary>A member of a group.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="InstanceId">Its instance, or null.</param>
/// <param name="Client">Its client.</param>
/// <param name="Assigned">What it reads.</param>
public sealed record GroupMemberDescription(
    string MemberId, string? InstanceId, GroupClient Client, IReadOnlyList<TopicPartition> Assigned);
