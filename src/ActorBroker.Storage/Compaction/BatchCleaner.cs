using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Storage.Compaction;

/// <summary>
/// Decides what stays of one batch and rewrites it if need be. Offsets never change, and a batch keeps its span of
/// offsets, its producer and its sequences however few of its records are left.
/// </summary>
/// <remarks>
/// A record stays if no later one of the dirty section has its key. A tombstone then stays until the batch's delete
/// horizon, which the first cleaning that meets it sets; a transaction's marker likewise, from the first cleaning that
/// finds no data of its transaction. Records without a key and those of aborted transactions go. A batch whose records
/// can't be read stays as it is: cleaning never loses what it does not understand.
/// </remarks>
internal sealed class BatchCleaner(
    CleaningBuffers buffers, LogConfig config, ProducerScan producers, long mappedUpTo, long nowMs)
{
    /// <summary>Producers whose transaction has data before the present position.</summary>
    private readonly HashSet<long> _transactionsWithData = [];

    private CleanedSegmentWriter? _output;

    /// <summary>Records seen.</summary>
    public long RecordsBefore { get; private set; }

    /// <summary>Records kept.</summary>
    public long RecordsAfter { get; private set; }

    /// <summary>Where batches go from now on.</summary>
    public void SwitchTo(CleanedSegmentWriter output) => _output = output;

    /// <summary>Takes the next batch of the log, its checksum verified.</summary>
    public void Clean(ReadOnlySpan<byte> batch, in RecordBatchHeader header)
    {
        RecordsBefore += header.RecordCount;
        if (header.IsControl)
        {
            CleanControl(batch, header);
            return;
        }

        if (header.IsTransactional)
        {
            _transactionsWithData.Add(header.ProducerId);
        }

        if (producers.IsAborted(header) || header.RecordCount == 0)
        {
            KeepEmpty(header);
            return;
        }

        if (!TryCount(batch, header, out var kept, out var hasTombstone))
        {
            Copy(batch, header);
        }
        else if (kept == 0)
        {
            KeepEmpty(header);
        }
        else if (kept == header.RecordCount && (!hasTombstone || header.HasDeleteHorizon))
        {
            Copy(batch, header);
        }
        else
        {
            Rewrite(batch, header, HorizonOf(header, hasTombstone));
        }
    }

    /// <summary>
    /// Makes the output reach as far as its input, by a batch without records or producer in the place of the last one.
    /// </summary>
    public void EndSegmentAt(in RecordBatchHeader last)
    {
        if (_output!.NextOffset < last.NextOffset)
        {
            buffers.Builder.Reset();
            _output.Append(buffers.Builder.Build(new RecordBatchOptions
            {
                BaseOffset = last.BaseOffset,
                LastOffsetDelta = last.LastOffsetDelta,
                LeaderEpoch = last.PartitionLeaderEpoch,
                TimestampType = last.TimestampType,
                MaxTimestampMs = last.MaxTimestamp,
            }).Span);
        }
    }

    private static long TimestampOf(in RecordBatchHeader header, in RecordReader record) =>
        header.TimestampType == TimestampType.LogAppendTime
            ? header.MaxTimestamp
            : header.BaseTimestamp + record.TimestampDelta;

    private long? HorizonOf(in RecordBatchHeader header, bool isNeeded) =>
        header.HasDeleteHorizon ? header.BaseTimestamp : isNeeded ? nowMs + config.DeleteRetentionMs : null;

    private bool IsPastHorizon(in RecordBatchHeader header) => header.HasDeleteHorizon && nowMs >= header.BaseTimestamp;

    private void CleanControl(ReadOnlySpan<byte> batch, in RecordBatchHeader header)
    {
        // A marker must outlive its transaction's data, without which recovery would find the transaction open for
        // ever.
        var isNeeded = !TransactionMarker.TryRead(batch, header, out _)
            || _transactionsWithData.Remove(header.ProducerId);
        if (isNeeded || producers.IsLastOfProducer(header))
        {
            Copy(batch, header);
        }
        else if (!header.HasDeleteHorizon)
        {
            Rewrite(batch, header, HorizonOf(header, isNeeded: true));
        }
        else if (!IsPastHorizon(header))
        {
            Copy(batch, header);
        }
    }

    /// <summary>Counts what would stay; false where the records can't be read.</summary>
    private bool TryCount(ReadOnlySpan<byte> batch, in RecordBatchHeader header, out int kept, out bool hasTombstone)
    {
        kept = 0;
        hasTombstone = false;
        if (buffers.Decompressor.Open(batch, header, out var records) != DecompressionResult.Ok)
        {
            return false;
        }

        while (records.MoveNext())
        {
            if (Stays(header, records))
            {
                kept++;
                hasTombstone |= records.IsValueNull;
            }
        }

        return !records.IsMalformed;
    }

    private bool Stays(in RecordBatchHeader header, in RecordReader record)
    {
        if (header.IsControl)
        {
            return true;
        }

        if (record.IsKeyNull || (record.IsValueNull && IsPastHorizon(header)))
        {
            return false;
        }

        // What lies above the mapped part has no newer record that is known: the next cleaning decides.
        var offset = header.BaseOffset + record.OffsetDelta;
        return offset >= mappedUpTo || offset >= buffers.Offsets.Get(record.Key);
    }

    private void Rewrite(ReadOnlySpan<byte> batch, in RecordBatchHeader header, long? horizonMs)
    {
        buffers.Decompressor.Open(batch, header, out var records);
        var builder = buffers.Builder;
        builder.Reset(horizonMs ?? header.BaseTimestamp);
        while (records.MoveNext())
        {
            if (Stays(header, records))
            {
                builder.Append(records, TimestampOf(header, records), records.OffsetDelta);
            }
        }

        RecordsAfter += builder.Count;
        _output!.Append(builder.Build(OptionsFor(header, horizonMs) with
        {
            Codec = header.Codec,
            Level = header.Codec == config.Compression ? config.CompressionLevel : null,
        }).Span);
    }

    /// <summary>
    /// A batch of no records, where a live producer's last sequence would else be lost; otherwise nothing.
    /// </summary>
    private void KeepEmpty(in RecordBatchHeader header)
    {
        if (producers.IsLastOfProducer(header))
        {
            buffers.Builder.Reset();
            _output!.Append(buffers.Builder.Build(OptionsFor(header, horizonMs: null)).Span);
        }
    }

    private void Copy(ReadOnlySpan<byte> batch, in RecordBatchHeader header)
    {
        RecordsAfter += header.RecordCount;
        _output!.Append(batch);
    }

    private RecordBatchOptions OptionsFor(in RecordBatchHeader header, long? horizonMs) => new()
    {
        BaseOffset = header.BaseOffset,
        LastOffsetDelta = header.LastOffsetDelta,
        LeaderEpoch = header.PartitionLeaderEpoch,
        ProducerId = header.ProducerId,
        ProducerEpoch = header.ProducerEpoch,
        BaseSequence = header.BaseSequence,
        IsTransactional = header.IsTransactional,
        IsControl = header.IsControl,
        TimestampType = header.TimestampType,
        DeleteHorizonMs = horizonMs,
        MaxTimestampMs = buffers.Builder.Count == 0 || header.TimestampType == TimestampType.LogAppendTime
            ? header.MaxTimestamp
            : null,
    };
}
