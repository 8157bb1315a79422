using ActorBroker.Records;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage;

// Look-ups by time, on any thread: the time indexes lead to a batch, the batch's records to the offset.
public sealed partial class PartitionLog
{
    /// <summary>A batch's records may decompress to this much before the batch is taken as a whole.</summary>
    private const int MaxDecompressedBytes = 256 << 20;

    /// <summary>The first record at or after the time, below the offset; null if there is none.</summary>
    public TimestampOffset? FindByTimestamp(long timestampMs, long upToOffset)
    {
        var start = LogStartOffset;
        foreach (var segment in Segments)
        {
            if (segment.BaseOffset >= upToOffset)
            {
                break;
            }

            if (segment.Time.TimestampMs < timestampMs || segment.Tail.NextOffset <= start || !segment.TryAcquire())
            {
                continue;
            }

            try
            {
                var from = segment.OffsetIndex.PositionFor(segment.TimeIndex.OffsetBefore(timestampMs));
                if (Search(segment, from, timestampMs, start, upToOffset) is { } found)
                {
                    return found;
                }
            }
            finally
            {
                segment.Release();
            }
        }

        return null;
    }

    /// <summary>The first record that has the largest timestamp below the offset; null if there is none.</summary>
    public TimestampOffset? FindMaxTimestamp(long upToOffset)
    {
        var max = -1L;
        foreach (var segment in Segments)
        {
            if (segment.BaseOffset >= upToOffset)
            {
                break;
            }

            max = Math.Max(max, MaxTimestamp(segment, upToOffset));
        }

        return max < 0 ? null : FindByTimestamp(max, upToOffset);
    }

    private long MaxTimestamp(LogSegment segment, long upToOffset)
    {
        var time = segment.Time;
        var start = LogStartOffset;
        if (time.Offset < upToOffset && segment.BaseOffset >= start)
        {
            return time.TimestampMs;
        }

        if (!segment.TryAcquire())
        {
            return -1;
        }

        try
        {
            // The segment's largest time is out of bounds: walk the headers that are within.
            var max = -1L;
            using var reader = new BatchReader(segment, 0, segment.Size, BatchReader.LookupChunk);
            while (reader.MoveNext() && reader.Header.NextOffset <= upToOffset)
            {
                if (reader.Header.LastOffset >= start)
                {
                    max = Math.Max(max, reader.Header.MaxTimestamp);
                }
            }

            return max;
        }
        finally
        {
            segment.Release();
        }
    }

    private static TimestampOffset? Search(LogSegment segment, long from, long timestampMs, long start, long upToOffset)
    {
        using var reader = new BatchReader(segment, from, segment.Size, BatchReader.LookupChunk);
        while (reader.MoveNext() && reader.Header.NextOffset <= upToOffset)
        {
            if (reader.Header.MaxTimestamp >= timestampMs
                && reader.Header.LastOffset >= start
                && SearchBatch(reader.Header, reader.Batch().Span, timestampMs, start) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static TimestampOffset? SearchBatch(
        in RecordBatchHeader header, ReadOnlySpan<byte> batch, long timestampMs, long start)
    {
        var logAppendTime = header.TimestampType == TimestampType.LogAppendTime;
        using var decompressor = new RecordBatchDecompressor(MaxDecompressedBytes);
        if (decompressor.Open(batch, header, out var records) != DecompressionResult.Ok)
        {
            // The batch does hold such a record; a consumer that starts with the batch will not miss it.
            return new TimestampOffset(
                header.MaxTimestamp, Math.Max(start, header.BaseOffset), header.PartitionLeaderEpoch);
        }

        while (records.MoveNext())
        {
            var time = logAppendTime ? header.MaxTimestamp : header.BaseTimestamp + records.TimestampDelta;
            var offset = header.BaseOffset + records.OffsetDelta;
            if (time >= timestampMs && offset >= start)
            {
                return new TimestampOffset(time, offset, header.PartitionLeaderEpoch);
            }
        }

        return null;
    }
}
