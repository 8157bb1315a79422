using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Batches;

/// <summary>
/// Walks the records of a batch whose header and checksum are sound: each must be well formed and at its place, its
/// time within the topic's limits, its key there where the topic is compacted. Allocates nothing for sound
/// uncompressed records.
/// </summary>
internal static class RecordChecks
{
    /// <summary>Rows of errors that an answer carries at most; the rest is counted only.</summary>
    private const int ErrorsMax = 100;

    /// <summary>
    /// Room for ordinary batches that compress very well. Zeros shrink a thousandfold, so without a limit one small
    /// request could ask for gigabytes.
    /// </summary>
    private const int DecompressedBytesMin = 64 << 20;

    /// <summary>The most that the records of a batch may decompress to.</summary>
    public static int DecompressedBytesMax(LogConfig config) =>
        (int)Math.Min(Math.Max(DecompressedBytesMin, config.MaxMessageBytes * 8L), Array.MaxLength);

    public static BatchVerdict Check(
        ReadOnlySpan<byte> batch, in RecordBatchHeader header, LogConfig config, long nowMs)
    {
        if (header.Codec == CompressionCodec.None)
        {
            return CheckRecords(batch[RecordBatchHeader.Size..], in header, config, nowMs);
        }

        using var decompressor = new RecordBatchDecompressor(DecompressedBytesMax(config));
        try
        {
            var result = decompressor.OpenBlock(batch, in header, out var block);
            return result == DecompressionResult.Ok
                ? CheckRecords(block, in header, config, nowMs)
                : Refuse(result, in header, config);
        }
        catch (CompressionLibraryException missing)
        {
            return new BatchVerdict(ErrorCode.UnsupportedCompressionType, missing.Message);
        }
    }

    /// <summary>Why a batch's records can't be had.</summary>
    public static BatchVerdict Refuse(DecompressionResult result, in RecordBatchHeader header, LogConfig config) =>
        result switch
        {
            DecompressionResult.TooLarge => new BatchVerdict(
                ErrorCode.MessageTooLarge, $"the records decompress to more than {DecompressedBytesMax(config)} bytes"),
            DecompressionResult.UnknownCodec => new BatchVerdict(
                ErrorCode.UnsupportedCompressionType, $"there is no compression codec {(int)header.Codec}"),
            _ => new BatchVerdict(ErrorCode.InvalidRecord, $"the records are not sound {header.Codec} data"),
        };

    /// <summary>
    /// The records of nearly every batch have nothing wrong, and then their extremes tell all. Else they are walked
    /// once more, to say which of them are at fault.
    /// </summary>
    private static BatchVerdict CheckRecords(
        ReadOnlySpan<byte> block, in RecordBatchHeader header, LogConfig config, long nowMs)
    {
        if (RecordScan.TrySummarize(block, header.RecordCount, out var records)
            && !(records.HasNullKeys && config.Compact && !header.IsControl))
        {
            var limits = TimestampLimits.Of(config, nowMs);
            var first = unchecked(header.BaseTimestamp + records.MinTimestampDelta);
            var last = unchecked(header.BaseTimestamp + records.MaxTimestampDelta);

            // A sum that overflows shows in the order. "No time" is allowed for itself, not for what lies above it.
            if (first == last ? limits.Allow(first) : first < last && limits.AllowRange(first, last))
            {
                return new BatchVerdict(ErrorCode.None, MaxTimestampMs: Math.Max(last, -1));
            }
        }

        return Walk(new RecordReader(block, header.RecordCount), in header, config, nowMs);
    }

    private static BatchVerdict Walk(
        RecordReader records, in RecordBatchHeader header, LogConfig config, long nowMs)
    {
        var limits = TimestampLimits.Of(config, nowMs);
        var faults = default(Faults);
        var maxTimestamp = -1L;
        while (records.MoveNext())
        {
            var timestamp = unchecked(header.BaseTimestamp + records.TimestampDelta);
            if (records.OffsetDelta != records.Index)
            {
                return Malformed($"record {records.Index} has offset delta {records.OffsetDelta}");
            }

            maxTimestamp = Math.Max(maxTimestamp, timestamp);
            if (!limits.Allow(timestamp))
            {
                faults.Add(ErrorCode.InvalidTimestamp, records.Index, $"timestamp {timestamp} is outside of {limits}");
            }
            else if (config.Compact && records.IsKeyNull && !header.IsControl)
            {
                faults.Add(ErrorCode.InvalidRecord, records.Index, "a record of a compacted topic needs a key");
            }
        }

        return records.IsMalformed
            ? Malformed($"the batch does not hold {header.RecordCount} sound records")
            : faults.Verdict(maxTimestamp);
    }

    private static BatchVerdict Malformed(string message) => new(ErrorCode.InvalidRecord, message);

    /// <summary>What is wrong with single records.</summary>
    private struct Faults
    {
        private ErrorCode _error;
        private int _count;
        private List<BatchRecordError>? _rows;

        /// <summary>A wrong time decides the batch's code, whatever else is wrong.</summary>
        public void Add(ErrorCode error, int index, string message)
        {
            _error = _error == ErrorCode.InvalidTimestamp ? _error : error;
            _count++;
            _rows ??= [];
            if (_rows.Count < ErrorsMax)
            {
                _rows.Add(new BatchRecordError(index, message));
            }
        }

        public readonly BatchVerdict Verdict(long maxTimestamp) => _count == 0
            ? new BatchVerdict(ErrorCode.None, MaxTimestampMs: maxTimestamp)
            : new BatchVerdict(_error, $"{_count} records are refused, the first one: {_rows![0].Message}", _rows);
    }
}
