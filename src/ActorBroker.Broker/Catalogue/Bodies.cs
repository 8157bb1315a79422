// What the documents hold. Fields are only ever added, each with a default, so that an older broker's files load for
// ever.
using System.Text.Json.Serialization;

namespace ActorBroker.Broker.Catalogue;

/// <summary>A topic: kind <c>topics</c>.</summary>
internal sealed record TopicBody(
    string Name, Guid Id, PartitionBody[] Partitions, Dictionary<string, string>? Configs = null);

/// <summary>One partition of a topic.</summary>
internal sealed record PartitionBody(
    int[] Replicas,
    int[] InSync,
    int Leader,
    int LeaderEpoch,
    int[]? EligibleLeaders = null,
    long[]? InSyncEpochs = null,
    long[]? EligibleLeaderEpochs = null,
    int[]? Adding = null,
    int[]? Removing = null);

/// <summary>A broker's life: kind <c>brokers</c>, named by its id.</summary>
internal sealed record BrokerBody(
    int Id,
    long Epoch,
    string? Rack = null,
    EndpointBody[]? Endpoints = null,
    string? ReplicaEndpoint = null,
    bool IsDraining = false);

/// <summary>Where clients of a listener reach a broker.</summary>
internal sealed record EndpointBody(string Listener, string Host, int Port);

/// <summary>The cluster's id, a URL-safe base64 UUID: kind <c>cluster</c>.</summary>
internal sealed record ClusterIdBody(string ClusterId);

/// <summary>The last epoch that a broker's life got: kind <c>cluster</c>.</summary>
internal sealed record BrokerEpochBody(long Epoch);

/// <summary>Settings made at run time: kind <c>configs</c>.</summary>
internal sealed record ConfigsBody(Dictionary<string, string> Configs);

/// <summary>Settings of a consumer group: kind <c>group-configs</c>, named by the hash of the group's id.</summary>
internal sealed record GroupConfigsBody(string GroupId, Dictionary<string, string> Configs);

/// <summary>The first producer id that is in nobody's block: kind <c>cluster</c>.</summary>
internal sealed record ProducerIdsBody(long NextProducerId);

/// <summary>
/// A deleted topic of which folders may be left: kind <c>deletions</c>, named by topic id. Each broker strikes itself
/// out when it has none left; null (a note of old): there is only one broker.
/// </summary>
internal sealed record DeletionBody(string Name, int[]? Brokers = null);

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TopicBody))]
[JsonSerializable(typeof(ConfigsBody))]
[JsonSerializable(typeof(GroupConfigsBody))]
[JsonSerializable(typeof(ProducerIdsBody))]
[JsonSerializable(typeof(DeletionBody))]
[JsonSerializable(typeof(BrokerBody))]
[JsonSerializable(typeof(BrokerEpochBody))]
[JsonSerializable(typeof(ClusterIdBody))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
