using ActorBroker.Records;

namespace ActorBroker.Storage.Segments;

// The readers' side, on any thread, under a lease: finds batches by hint, by index and by walking headers.
internal sealed partial class LogSegment
{
    private ReadHints? _hints;

    /// <summary>
    /// Finds the bytes to serve. False when no batch at or after the offset is here, and the next segment is to be
    /// asked.
    /// </summary>
    public bool TryFind(long offset, int maxBytes, long upToOffset, bool atLeastOneBatch, out SegmentRange range)
    {
        range = default;
        var hints = Hints();
        var tail = _tail;
        if (!TryLocate(offset, tail, hints, out var position, out var first))
        {
            return false;
        }

        var tooLarge = first.SizeInBytes > maxBytes;
        if (first.NextOffset > upToOffset || (tooLarge && !atLeastOneBatch))
        {
            return true;
        }

        var end = position + first.SizeInBytes;
        var next = first.NextOffset;
        if (!tooLarge)
        {
            var limit = Math.Min(tail.Size, position + maxBytes);
            (end, next) = limit == tail.Size && tail.NextOffset <= upToOffset
                ? (tail.Size, tail.NextOffset)
                : FindEnd(end, next, limit, upToOffset, tail);
        }

        hints.Remember(next, end);
        range = new SegmentRange(position, (int)(end - position), first.BaseOffset);
        return true;
    }

    /// <summary>Where the first batch that reaches the offset starts; false when there is none.</summary>
    public bool TryLocate(long offset, out long position, out RecordBatchHeader header) =>
        TryLocate(offset, _tail, Volatile.Read(ref _hints), out position, out header);

    // Taken before the tail is looked at, and thrown away by a truncation: no hint outlives the bytes it was made from.
    private ReadHints Hints()
    {
        var fresh = Volatile.Read(ref _hints);
        return fresh ?? Interlocked.CompareExchange(ref _hints, fresh = new ReadHints(), null) ?? fresh;
    }

    private bool TryLocate(
        long offset, SegmentTail tail, ReadHints? hints, out long position, out RecordBatchHeader header)
    {
        header = default;
        position = tail.Size;
        if (offset >= tail.NextOffset || tail.Size == 0)
        {
            return false;
        }

        if (hints is not null && hints.TryGet(offset, out position) && IsBatchAt(position, offset, tail, out header))
        {
            return true;
        }

        using var reader = new BatchReader(this, OffsetIndex.PositionFor(offset), tail.Size, BatchReader.LookupChunk);
        while (reader.MoveNext())
        {
            if (reader.Header.LastOffset >= offset)
            {
                position = reader.Position;
                header = reader.Header;
                return true;
            }
        }

        return reader.Fault is { } fault
            ? throw new IOException($"'{LogPath}' is damaged at position {reader.Position}: {fault}.")
            : false;
    }

    private bool IsBatchAt(long position, long offset, SegmentTail tail, out RecordBatchHeader header)
    {
        header = default;
        if (position > tail.Size - RecordBatchHeader.Size)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[RecordBatchHeader.Size];
        ReadExactly(bytes, position);
        return RecordBatchHeader.TryRead(bytes, out header)
            && header.Magic == RecordBatchHeader.CurrentMagic
            && header.BaseOffset <= offset
            && header.LastOffset >= offset
            && header.SizeInBytes >= RecordBatchHeader.Size
            && header.SizeInBytes <= tail.Size - position;
    }

    /// <summary>The end of the last whole batch within both limits, at or after a known one.</summary>
    private (long End, long Next) FindEnd(long end, long next, long limit, long upToOffset, SegmentTail tail)
    {
        // Where one limit is the segment's end, looking it up would read the index for nothing.
        var indexed = limit < tail.Size ? OffsetIndex.PositionAtOrBelow(limit) : long.MaxValue;
        indexed = upToOffset < tail.NextOffset ? Math.Min(indexed, OffsetIndex.PositionFor(upToOffset)) : indexed;
        var skipped = indexed > end;
        using var reader = new BatchReader(this, Math.Max(end, indexed), tail.Size, BatchReader.LookupChunk);
        while (reader.MoveNext())
        {
            var header = reader.Header;
            if (reader.Position + header.SizeInBytes > limit || header.NextOffset > upToOffset)
            {
                return (reader.Position, skipped ? header.BaseOffset : next);
            }

            skipped = false;
            next = header.NextOffset;
        }

        return (reader.Position, next);
    }
}
