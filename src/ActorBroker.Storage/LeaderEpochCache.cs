using System.Collections.Immutable;

namespace ActorBroker.Storage;

/// <summary>Where a leader epoch starts.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="StartOffset">The log end offset when its leader began.</param>
public readonly record struct EpochEntry(int Epoch, long StartOffset);

/// <summary>
/// The leader epochs of a log and where each starts: the truth by which replicas find the point that they share. Stored in
/// <c>leader-epoch-checkpoint</c>. One writer; readers on any thread see a snapshot.
/// </summary>
public sealed class LeaderEpochCache
{
    /// <summary>The latest epoch; null in a log that no leader has written to.</summary>
    public int? Latest => throw new NotImplementedException();

    /// <summary>All entries, both columns ascending.</summary>
    public ImmutableArray<EpochEntry> Entries => throw new NotImplementedException();

    /// <summary>A leader of a newer epoch starts at the offset; durable on return. An epoch already known is left alone.</summary>
    public void Assign(int epoch, long startOffset) => throw new NotImplementedException();

    /// <summary>
    /// The largest epoch that is not above the one asked, and where it ends; (-1, -1) where the log knows none.
    /// </summary>
    public (int Epoch, long EndOffset) EndOffsetFor(int epoch, long logEndOffset) => throw new NotImplementedException();

    /// <summary>The epoch of the record at the offset; null below the first known epoch.</summary>
    public int? EpochAt(long offset) => throw new NotImplementedException();
}
