using System.Collections.Immutable;

namespace ActorBroker.Core.Catalogue;

/// <summary>Who holds a partition and who leads it. Equal where every field is, item by item.</summary>
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

    /// <summary>The same for each of <see cref="EligibleLeaders"/>.</summary>
    public ImmutableArray<long> EligibleLeaderEpochs { get; init; } = [];

    /// <summary>Replicas that a reassignment under way adds (KIP-455); part of <see cref="Replicas"/>.</summary>
    public ImmutableArray<int> Adding { get; init; } = [];

    /// <summary>Replicas that it will take away in the end; still part of <see cref="Replicas"/>.</summary>
    public ImmutableArray<int> Removing { get; init; } = [];

    /// <summary>A reassignment is under way.</summary>
    public bool IsReassigning => Adding.Length > 0 || Removing.Length > 0;

    /// <summary>The epoch in which a broker is recorded as in sync; -1: in any, null: it is not in sync.</summary>
    public long? InSyncEpochOf(int brokerId) => EpochOf(brokerId, InSync, InSyncEpochs);

    /// <summary>The epoch in which a broker is recorded as eligible; -1: in any, null: it is not eligible.</summary>
    public long? EligibleEpochOf(int brokerId) => EpochOf(brokerId, EligibleLeaders, EligibleLeaderEpochs);

    /// <summary>
    /// A broker that lives in this epoch is in sync. What is recorded of another life of it says nothing of this one:
    /// whoever recorded it, or elected by it, had not heard of this one yet.
    /// </summary>
    public bool IsInSyncIn(int brokerId, long brokerEpoch) =>
        InSyncEpochOf(brokerId) is { } recorded && (recorded < 0 || recorded == brokerEpoch);

    /// <summary>It is recorded as in sync or eligible in a life before this one.</summary>
    public bool IsRecordedBefore(int brokerId, long brokerEpoch) =>
        (InSyncEpochOf(brokerId) ?? EligibleEpochOf(brokerId)) is { } recorded &&
        recorded >= 0 && recorded < brokerEpoch;

    /// <summary>
    /// How many have to be in sync for records to be committed: <c>min.insync.replicas</c>, yet never more than there
    /// are replicas. Those that a reassignment adds do not raise it before they are there.
    /// </summary>
    public int EffectiveMinInSync(int minInsyncReplicas) =>
        Math.Clamp(minInsyncReplicas, 1, Math.Max(1, Replicas.Length - Adding.Length));

    /// <summary>Equal in every field.</summary>
    public bool Equals(PartitionState? other) =>
        ReferenceEquals(this, other) ||
        (other is not null &&
         Leader == other.Leader &&
         LeaderEpoch == other.LeaderEpoch &&
         Same(Replicas, other.Replicas) &&
         Same(InSync, other.InSync) &&
         Same(InSyncEpochs, other.InSyncEpochs) &&
         Same(EligibleLeaders, other.EligibleLeaders) &&
         Same(EligibleLeaderEpochs, other.EligibleLeaderEpochs) &&
         Same(Adding, other.Adding) &&
         Same(Removing, other.Removing));

    /// <summary>Fits <see cref="Equals(PartitionState?)"/>.</summary>
    public override int GetHashCode() =>
        HashCode.Combine(Leader, LeaderEpoch, Replicas.Length, InSync.Length, EligibleLeaders.Length, Adding.Length);

    private static bool Same<T>(ImmutableArray<T> left, ImmutableArray<T> right)
        where T : IEquatable<T> =>
        left == right || left.AsSpan().SequenceEqual(right.AsSpan());

    private static long? EpochOf(int brokerId, ImmutableArray<int> members, ImmutableArray<long> epochs)
    {
        var index = members.IndexOf(brokerId);
        return index < 0 ? null : epochs.IsEmpty ? -1 : epochs[index];
    }
}
