using ActorBroker.Storage.Segments;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Storage;

/// <summary>Segments set aside under <c>.deleted</c> names until <c>file.delete.delay.ms</c> has passed.</summary>
internal sealed class DeletedFiles(ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Queue<(LogSegment Segment, long DueMs)> _queue = [];

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count == 0;
            }
        }
    }

    public void Add(LogSegment segment, long dueMs)
    {
        lock (_lock)
        {
            _queue.Enqueue((segment, dueMs));
        }
    }

    /// <summary>Removes what is due; how many segments.</summary>
    public int RemoveDue(long nowMs)
    {
        var removed = 0;
        while (TryTakeDue(nowMs, out var segment))
        {
            try
            {
                segment.DeleteFiles();
                removed++;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                PartitionLogLog.RemovalFailed(logger, segment.LogPath, error);
            }
        }

        return removed;
    }

    private bool TryTakeDue(long nowMs, out LogSegment segment)
    {
        lock (_lock)
        {
            segment = null!;
            if (!_queue.TryPeek(out var next) || next.DueMs > nowMs)
            {
                return false;
            }

            segment = _queue.Dequeue().Segment;
            return true;
        }
    }
}
