using ActorBroker.Core.Catalogue;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>A topic to create.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many; -1: <c>num.partitions</c>, or what the assignments say.</param>
/// <param name="ReplicationFactor">Replicas of each; -1: <c>default.replication.factor</c>, or as assigned.</param>
/// <param name="Assignments">Broker ids by partition, or null: the broker chooses.</param>
/// <param name="Configs">Topic configs; a null value means the default.</param>
public sealed record NewTopic(
    string Name,
    int Partitions,
    int ReplicationFactor,
    IReadOnlyDictionary<int, int[]>? Assignments,
    IReadOnlyDictionary<string, string?> Configs);

/// <summary>Names a topic by name or by id, never both.</summary>
/// <param name="Name">The name, or null.</param>
/// <param name="Id">The id, or zero.</param>
public readonly record struct TopicRef(string? Name, Guid Id);

/// <summary>More partitions for a topic.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Count">The new total.</param>
/// <param name="Assignments">Broker ids of each new partition, or null: the broker chooses.</param>
public sealed record TopicGrowth(string Name, int Count, IReadOnlyList<int[]>? Assignments);

/// <summary>What became of one topic of a request.</summary>
/// <param name="Name">Its name; null when an unknown id was asked for.</param>
/// <param name="Id">Its id, or zero.</param>
/// <param name="Error">The outcome.</param>
/// <param name="Message">What was wrong, for the client.</param>
/// <param name="Document">The topic as it is now (or would be, when only validated).</param>
public sealed record TopicResult(string? Name, Guid Id, ErrorCode Error, string? Message, TopicDocument? Document);
