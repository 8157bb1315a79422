using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>Partitions that the reader takes on or gives up.</summary>
internal sealed record Handover(HandoverKind Kind, IReadOnlyList<TopicPartition> Partitions);
