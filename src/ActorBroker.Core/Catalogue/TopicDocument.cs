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

/// <summary>Who holds a partition and who leads it.</summary>
/// <param name="Replicas">Broker ids in order of preference; the first is the preferred leader.</param>
/// <param name="InSync">Broker ids of the in-sync replicas.</param>
/// <param name="Leader">Broker id, or -1.</param>
/// <param name="LeaderEpoch">Grows with each change of leader.</param>
/// <param name="EligibleLeaders">Eligible Leader Replicas (KIP-966): out of sync, yet hold every committed
/// record.</param>
public sealed record PartitionState(
    ImmutableArray<int> Replicas,
    ImmutableArray<int> InSync,
    int Leader,
    int LeaderEpoch,
    ImmutableArray<int> EligibleLeaders)
{
    /// <summary>
    /// The broker epoch in which each of <see cref="InSync"/> (same order) was in sync. A member whose broker is
    /// registered under another epoch by now may have lost records: it does not count (KIP-903). Empty in documents
    /// that were written before there were broker epochs: then each counts.
    /// </summary>
    public ImmutableArray<long> InSyncEpochs { get; init; } = [];

    /// <summary>Replicas that a reassignment under way adds (KIP-455); part of <see cref="Replicas"/>.</summary>
    public ImmutableArray<int> Adding { get; init; } = [];

    /// <summary>Replicas that it will take away in the end; still part of <see cref="Replicas"/>.</summary>
    public ImmutableArray<int> Removing { get; init; } = [];
}
