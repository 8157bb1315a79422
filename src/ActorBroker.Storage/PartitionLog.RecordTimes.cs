using ActorBroker.Records;

namespace ActorBroker.Storage;

// How old what a reader has not read yet is. Any thread.
public sealed partial class PartitionLog
{
    /// <summary>
    /// Batches that one look-up goes through, where compaction or transactions left some without a record to read.
    /// </summary>
    private const int LookupBatchesMax = 32;

    /// <summary>A larger batch is not read for the time of one of its records; its own time is near enough.</summary>
    private const int RecordTimeBytesMax = 4 << 20;

    /// <summary>
    /// The first record at or after the offset, below the other one, as a consumer would get it: markers of
    /// transactions don't count. Null if there is none, or none in the next few batches. One read of a header in most
    /// cases, and of a batch in the others.
    /// </summary>
    public TimestampOffset? FindRecord(long offset, long upToOffset)
    {
        for (var left = LookupBatchesMax; left > 0; left--)
        {
            offset = Math.Max(offset, LogStartOffset);
            using var slice = Read(offset, 1, upToOffset, atLeastOneBatch: true);
            if (slice.IsEmpty || !TryReadHeader(slice, out var header))
            {
                return null;
            }

            if (!header.IsControl && FindRecord(slice, header, offset) is { } found)
            {
                return found;
            }

            offset = header.NextOffset;
        }

        return null;
    }

    private static bool TryReadHeader(LogSlice slice, out RecordBatchHeader header)
    {
        header = default;
        if (slice.Length < RecordBatchHeader.Size)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[RecordBatchHeader.Size];
        slice.CopyTo(bytes, 0);
        return RecordBatchHeader.TryRead(bytes, out header);
    }

    private static TimestampOffset? FindRecord(LogSlice slice, in RecordBatchHeader header, long offset)
    {
        var epoch = header.PartitionLeaderEpoch;
        var isWhole = header.RecordCount == header.LastOffsetDelta + 1;
        if (isWhole && header.TimestampType == TimestampType.LogAppendTime)
        {
            return new TimestampOffset(header.MaxTimestamp, Math.Max(offset, header.BaseOffset), epoch);
        }

        // The first record's time is the header's, unless compaction keeps the time of a deletion in its place.
        if (isWhole && offset <= header.BaseOffset && !header.HasDeleteHorizon)
        {
            return new TimestampOffset(header.BaseTimestamp, header.BaseOffset, epoch);
        }

        if (slice.Length > RecordTimeBytesMax)
        {
            return new TimestampOffset(header.MaxTimestamp, Math.Max(offset, header.BaseOffset), epoch);
        }

        return SearchBatch(header, slice.ToArray(), long.MinValue, offset);
    }
}
