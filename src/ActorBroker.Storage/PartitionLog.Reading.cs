using ActorBroker.Storage.Segments;

namespace ActorBroker.Storage;

// The readers' side: any thread, no locks. A segment that is gone under a reader's feet means that the array has
// changed.
public sealed partial class PartitionLog
{
    /// <summary>
    /// Whole stored batches from the one that holds the offset (or the next one, in a gap that compaction left), at
    /// most
    /// <paramref name="maxBytes"/>, none that reaches past <paramref name="upToOffset"/>. With
    /// <paramref name="atLeastOneBatch"/> the first batch comes even when it is larger. Dispose the slice. Empty when
    /// the log is closed.
    /// </summary>
    public LogSlice Read(long offset, int maxBytes, long upToOffset, bool atLeastOneBatch)
    {
        if (offset >= upToOffset || (maxBytes <= 0 && !atLeastOneBatch))
        {
            return default;
        }

        while (true)
        {
            var segments = Segments;
            var read = TryRead(segments, offset, maxBytes, upToOffset, atLeastOneBatch, out var slice);
            if (read || ReferenceEquals(segments, Segments))
            {
                return slice;
            }
        }
    }

    private static bool TryRead(
        LogSegment[] segments, long offset, int maxBytes, long upToOffset, bool atLeastOneBatch, out LogSlice slice)
    {
        slice = default;
        for (var i = Math.Max(0, Floor(segments, offset)); i < segments.Length; i++)
        {
            var segment = segments[i];
            if (segment.BaseOffset >= upToOffset)
            {
                break;
            }

            if (!segment.TryAcquire())
            {
                return false;
            }

            var leased = false;
            try
            {
                if (!segment.TryFind(offset, maxBytes, upToOffset, atLeastOneBatch, out var range))
                {
                    continue;
                }

                leased = range.Length > 0;
                slice = leased ? new LogSlice(segment, range.Position, range.Length, range.FirstOffset) : default;
                return true;
            }
            finally
            {
                if (!leased)
                {
                    segment.Release();
                }
            }
        }

        return true;
    }

    private static int Floor(LogSegment[] segments, long offset)
    {
        var low = 0;
        var high = segments.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].BaseOffset <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}
