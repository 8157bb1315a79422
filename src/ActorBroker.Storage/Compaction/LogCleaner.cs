using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage.Compaction;

/// <summary>
/// Compacts a log below its active segment: for each key of the dirty section the latest record stays, older ones go.
/// </summary>
/// <remarks>
/// Steps: read the headers for producers and aborted transactions; map each key of the dirty section to its latest
/// offset; rewrite the segments from the oldest on, small neighbours together, into <c>.cleaned</c> files; make those
/// durable; let the log swap them in, group by group. A stop at any point loses nothing: <c>.cleaned</c> files are
/// thrown away at start, and groups not yet swapped are simply still dirty. A cleaned segment spans the same offsets as
/// its inputs, to the last one, so recovery sees from a <c>.swap</c> file alone what it replaces.
/// </remarks>
internal sealed class LogCleaner(PartitionLog log, CleaningBuffers buffers, long nowMs, CancellationToken cancel)
{
    private readonly LogConfig _config = log.Config;

    /// <summary>Cleans what the plan names; null when the log let go of a segment in the meantime.</summary>
    /// <param name="plan">With something dirty in it.</param>
    /// <param name="all">All segments of the log, the active one last.</param>
    public CleanResult? Clean(CleaningPlan plan, IReadOnlyList<LogSegment> all)
    {
        var producers = ProducerScan.Run(all, nowMs - buffers.ProducerIdExpirationMs, cancel);
        var mappedUpTo = MapKeys(plan, producers);
        var touched = plan.Segments.TakeWhile(segment => segment.BaseOffset < mappedUpTo).ToList();
        var cleaner = new BatchCleaner(buffers, _config, producers, mappedUpTo, nowMs);
        var groups = SegmentGrouping.Group(touched, _config);
        var bytesBefore = touched.Sum(segment => segment.Size);
        long bytesAfter = 0;
        foreach (var group in groups)
        {
            var cleaned = Rewrite(group, cleaner);
            bytesAfter += cleaned.Size;
            if (!log.ReplaceSegments(group, cleaned))
            {
                return null;
            }
        }

        return new CleanResult(
            mappedUpTo,
            touched.Count,
            groups.Count,
            bytesBefore,
            bytesAfter,
            cleaner.RecordsBefore,
            cleaner.RecordsAfter,
            mappedUpTo < plan.State.UpToOffset);
    }

    /// <summary>Maps the keys of the dirty section; returns the offset up to which all are mapped.</summary>
    private long MapKeys(CleaningPlan plan, ProducerScan producers)
    {
        buffers.Offsets.Clear();
        var (dirtyFrom, end) = (plan.State.FirstDirtyOffset, plan.State.UpToOffset);
        foreach (var segment in plan.Segments.Where(segment => segment.Tail.NextOffset > dirtyFrom))
        {
            using var reader = new BatchReader(segment, 0, segment.Size);
            while (MoveNext(reader, segment))
            {
                if (!reader.Header.IsControl
                    && !producers.IsAborted(reader.Header)
                    && MapKeys(reader, dirtyFrom) is { } unmapped)
                {
                    return unmapped;
                }
            }
        }

        return end;
    }

    /// <summary>Maps a batch's dirty keys; the offset of the first that the full table did not take, or null.</summary>
    private long? MapKeys(BatchReader reader, long dirtyFrom)
    {
        var header = reader.Header;
        if (header.LastOffset < dirtyFrom
            || buffers.Decompressor.Open(reader.Batch().Span, header, out var records) != DecompressionResult.Ok)
        {
            return null;
        }

        while (records.MoveNext())
        {
            var offset = header.BaseOffset + records.OffsetDelta;
            if (offset >= dirtyFrom && !records.IsKeyNull && !buffers.Offsets.TryPut(records.Key, offset))
            {
                return offset;
            }
        }

        return null;
    }

    private LogSegment Rewrite(IReadOnlyList<LogSegment> group, BatchCleaner cleaner)
    {
        var cleaned = log.CreateCleanedSegment(group[0].BaseOffset);
        try
        {
            buffers.Output.Clear();
            var writer = new CleanedSegmentWriter(cleaned, buffers.Output);
            cleaner.SwitchTo(writer);
            RecordBatchHeader? last = null;
            foreach (var segment in group)
            {
                using var reader = new BatchReader(segment, 0, segment.Size);
                while (MoveNext(reader, segment))
                {
                    cleaner.Clean(reader.Batch().Span, reader.Header);
                    last = reader.Header;
                }
            }

            if (last is { } end)
            {
                cleaner.EndSegmentAt(end);
            }

            writer.Write();
            return cleaned;
        }
        catch
        {
            PartitionLog.DiscardCleaned(cleaned);
            throw;
        }
    }

    /// <summary>The next batch, checked; damage stops the cleaning with the log as it is.</summary>
    private bool MoveNext(BatchReader reader, LogSegment segment)
    {
        cancel.ThrowIfCancellationRequested();
        if (!reader.MoveNext())
        {
            return reader.Fault is { } fault ? throw Damaged(segment, reader, fault) : false;
        }

        return RecordBatch.VerifyCrc(reader.Batch().Span)
            ? true
            : throw Damaged(segment, reader, "the checksum does not match");
    }

    private static IOException Damaged(LogSegment segment, BatchReader reader, string fault) =>
        new($"'{segment.LogPath}' is damaged at position {reader.Position}: {fault}. It can't be compacted.");
}
