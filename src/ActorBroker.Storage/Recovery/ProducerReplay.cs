using ActorBroker.Core.Producers;
using ActorBroker.Records;
using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage.Recovery;

/// <summary>Rebuilds the producers' state: the newest snapshot, then every batch after it.</summary>
internal static class ProducerReplay
{
    private const int Chunk = 64 << 10;

    public static void Run(
        IProducerState producers, ProducerSnapshots snapshots, IEnumerable<LogSegment> segments, long logEndOffset)
    {
        snapshots.RemoveAbove(logEndOffset);
        var (from, entries) = snapshots.Newest(logEndOffset);

        // What was appended between a snapshot and the first segment is gone. A producer that is taken for where it was
        // then would be refused for ever; one that is not known may go on.
        var isComplete = from >= (segments.FirstOrDefault()?.BaseOffset ?? logEndOffset);
        producers.Restore(isComplete ? entries : []);
        foreach (var segment in segments)
        {
            var (size, next) = segment.Tail;
            if (next <= from || size == 0)
            {
                continue;
            }

            using var reader = new BatchReader(segment, segment.OffsetIndex.PositionFor(from), size, Chunk);
            while (reader.MoveNext())
            {
                if (reader.Header.BaseOffset >= from && reader.Header.HasProducerId)
                {
                    Replay(producers, reader);
                }
            }
        }
    }

    private static void Replay(IProducerState producers, BatchReader reader)
    {
        var header = reader.Header;
        if (!header.IsControl)
        {
            producers.Replay(header);
        }
        else if (TransactionMarker.TryRead(reader.Batch().Span, header, out var marker))
        {
            producers.ReplayMarker(header, marker.CoordinatorEpoch);
        }
    }
}
