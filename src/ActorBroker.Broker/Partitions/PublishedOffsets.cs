namespace ActorBroker.Broker.Partitions;

/// <summary>A partition's offsets as the last turn left them, for readers on any thread.</summary>
internal sealed class PublishedOffsets(long logStartOffset)
{
    private long _highWatermark = logStartOffset;
    private long _lastStableOffset = logStartOffset;
    private long _logStartOffset = logStartOffset;
    private long _logEndOffset = logStartOffset;

    public long HighWatermark => Volatile.Read(ref _highWatermark);

    public long LastStableOffset => Volatile.Read(ref _lastStableOffset);

    public long LogStartOffset => Volatile.Read(ref _logStartOffset);

    public long LogEndOffset => Volatile.Read(ref _logEndOffset);

    /// <summary>
    /// True when a waiting fetch may have something new. The log end goes first and the start last, so that a reader
    /// that takes them the other way round never sees start above high watermark above log end.
    /// </summary>
    public bool Publish(long logEndOffset, long highWatermark, long lastStableOffset, long logStartOffset)
    {
        var changed = highWatermark != _highWatermark || lastStableOffset != _lastStableOffset ||
            logStartOffset != _logStartOffset;
        Volatile.Write(ref _logEndOffset, logEndOffset);
        Volatile.Write(ref _highWatermark, highWatermark);
        Volatile.Write(ref _lastStableOffset, lastStableOffset);
        Volatile.Write(ref _logStartOffset, logStartOffset);
        return changed;
    }
}
