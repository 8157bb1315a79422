using System.Collections.Immutable;

namespace ActorBroker.Core.Catalogue;

/// <summary>
/// A topic in the catalogue: one versioned document, changed only by compare-and-set on <see cref="Version"/>. It is
/// the truth about the topic's configs and about each partition's replicas, in-sync set, leader and leader epoch.
/// </summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Id">Its id, which a later topic of the same name will not have.</param>
/// <param name="Version">
/// Grows by one with each change. A new document is written as 1; as stored it begins above the versions of all removed
/// ones, so that no compare-and-set can mistake it for a former topic of its name.
/// </param>
/// <param name="Partitions">Index by index, from 0.</param>
/// <param name="Configs">Only what was set on the topic itself, in Kafka's names.</param>
public sealed record TopicDocument(
    string Name,
    Guid Id,
    long Version,
    ImmutableArray<PartitionState> Partitions,
    ImmutableSortedDictionary<string, string> Configs);
