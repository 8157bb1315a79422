using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>A group and its members, whichever protocol it speaks.</summary>
public sealed record GroupDescription
{
    /// <summary>The group.</summary>
    public required string GroupId { get; init; }

    /// <summary><c>classic</c>, or <c>consumer</c> (KIP-848).</summary>
    public required string Type { get; init; }

    /// <summary>Kafka's name of the state; <c>Dead</c> for a group that does not exist.</summary>
    public required string State { get; init; }

    /// <summary><c>consumer</c> for consumers; empty for a group that only keeps offsets.</summary>
    public required string ProtocolType { get; init; }

    /// <summary>The assignor in use; empty where there is none.</summary>
    public required string Assignor { get; init; }

    /// <summary>The members, in ordinal order of their ids.</summary>
    public required IReadOnlyList<GroupMemberDescription> Members { get; init; }

    /// <summary>There is such a group.</summary>
    public bool Exists => State != "Dead";
}

/// <summary>A member of a group.</summary>
public sealed record GroupMemberDescription
{
    /// <summary>Its id.</summary>
    public required string MemberId { get; init; }

    /// <summary>Its <c>group.instance.id</c>, or null.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Its <c>client.id</c>.</summary>
    public required string ClientId { get; init; }

    /// <summary>Its address as the broker saw it.</summary>
    public required string Host { get; init; }

    /// <summary>What it reads now.</summary>
    public required IReadOnlyList<TopicPartition> Assignment { get; init; }
}
