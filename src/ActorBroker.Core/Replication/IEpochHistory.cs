namespace ActorBroker.Core.Replication;

/// <summary>
/// The leader epochs of a log and where each begins (KIP-101): what two replicas compare to find the last point that
/// both share.
/// </summary>
public interface IEpochHistory
{
    /// <summary>The latest epoch; null in a log that no leader has written to.</summary>
    int? Latest { get; }

    /// <summary>
    /// The largest epoch that is not above the one asked, and where it ends. An epoch before the first known one ends
    /// where that one starts; of an epoch above the latest nothing is known: (-1, -1).
    /// </summary>
    (int Epoch, long EndOffset) EndOffsetFor(int epoch, long logEndOffset);

    /// <summary>The epoch of the record at the offset; null below the first known epoch.</summary>
    int? EpochAt(long offset);
}
