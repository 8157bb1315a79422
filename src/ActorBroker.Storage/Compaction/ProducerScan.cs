using ActorBroker.Records;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage.Compaction;

/// <summary>
/// What the headers of the whole log tell a cleaner about producers: the last batch of each live one, whose sequence
/// must survive, and the transactions that were aborted, whose records count for nothing.
/// </summary>
internal sealed class ProducerScan
{
    private readonly Dictionary<long, long> _lastOffsets = [];
    private readonly Dictionary<long, long> _open = [];
    private readonly Dictionary<long, List<(long From, long To)>> _aborted = [];

    /// <summary>Reads the headers, and the markers, of all segments up to what is written now.</summary>
    public static ProducerScan Run(
        IEnumerable<LogSegment> segments, long liveSinceMs, CancellationToken cancel)
    {
        var scan = new ProducerScan();
        foreach (var segment in segments)
        {
            using var reader = new BatchReader(segment, 0, segment.Size, BatchReader.LookupChunk);
            while (reader.MoveNext())
            {
                cancel.ThrowIfCancellationRequested();
                if (reader.Header.HasProducerId)
                {
                    scan.Note(reader, liveSinceMs);
                }
            }
        }

        return scan;
    }

    /// <summary>True where no later batch of the producer exists and the producer hasn't expired.</summary>
    public bool IsLastOfProducer(in RecordBatchHeader batch) =>
        batch.HasProducerId
        && _lastOffsets.TryGetValue(batch.ProducerId, out var last)
        && last == batch.LastOffset;

    /// <summary>True for the data of a transaction that was rolled back.</summary>
    public bool IsAborted(in RecordBatchHeader batch)
    {
        if (batch.IsTransactional && !batch.IsControl && _aborted.TryGetValue(batch.ProducerId, out var ranges))
        {
            foreach (var (from, to) in ranges)
            {
                if (batch.BaseOffset >= from && batch.BaseOffset < to)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Note(BatchReader reader, long liveSinceMs)
    {
        var batch = reader.Header;
        if (batch.MaxTimestamp >= liveSinceMs)
        {
            _lastOffsets[batch.ProducerId] = batch.LastOffset;
        }
        else
        {
            _lastOffsets.Remove(batch.ProducerId);
        }

        if (batch.IsControl)
        {
            NoteMarker(reader, batch);
        }
        else if (batch.IsTransactional)
        {
            _open.TryAdd(batch.ProducerId, batch.BaseOffset);
        }
    }

    private void NoteMarker(BatchReader reader, in RecordBatchHeader batch)
    {
        if (TransactionMarker.TryRead(reader.Batch().Span, batch, out var marker)
            && _open.Remove(batch.ProducerId, out var from)
            && marker.Type == ControlRecordType.Abort)
        {
            if (!_aborted.TryGetValue(batch.ProducerId, out var ranges))
            {
                _aborted[batch.ProducerId] = ranges = [];
            }

            ranges.Add((from, batch.BaseOffset));
        }
    }
}
