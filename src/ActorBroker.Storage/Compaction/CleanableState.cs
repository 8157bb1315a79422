namespace ActorBroker.Storage;

/// <summary>How much of a log waits to be cleaned.</summary>
/// <param name="FirstDirtyOffset">Everything below was cleaned before.</param>
/// <param name="UpToOffset">Where a cleaning now would end: before the active segment and the records too
/// young.</param>
/// <param name="CleanBytes">Bytes of the segments below the dirty section.</param>
/// <param name="DirtyBytes">Bytes of the dirty segments that may be cleaned.</param>
/// <param name="IsOverdue">A dirty record is older than <c>max.compaction.lag.ms</c>.</param>
public readonly record struct CleanableState(
    long FirstDirtyOffset,
    long UpToOffset,
    long CleanBytes,
    long DirtyBytes,
    bool IsOverdue)
{
    /// <summary>Dirty bytes of all bytes, 0 to 1.</summary>
    public double DirtyRatio => DirtyBytes == 0 ? 0 : (double)DirtyBytes / (CleanBytes + DirtyBytes);

    /// <summary>True where a cleaning is due under the ratio of <c>min.cleanable.dirty.ratio</c>.</summary>
    public bool IsDue(double minCleanableDirtyRatio) =>
        DirtyBytes > 0 && (IsOverdue || DirtyRatio >= minCleanableDirtyRatio);
}
