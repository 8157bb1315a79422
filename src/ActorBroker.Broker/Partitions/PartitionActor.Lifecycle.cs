using ActorBroker.Core;
using ActorBroker.Core.Producers;
using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Partitions;

// offline -> opening -> online -> (crash) -> opening ... ; online or offline -> closing -> closed.
internal sealed partial class PartitionActor
{
    private const long FirstBackoffMs = 100;
    private const long LastBackoffMs = 10_000;

    private readonly TaskCompletionSource<bool> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _openingDone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OpenReplica? _replica;
    private long _incarnation;
    private PartitionHistory _history;
    private bool _opening;
    private bool _closing;
    private bool _failing;
    private bool _wasOffline;
    private long _backoffMs = FirstBackoffMs;
    private long _refuseWritesUntilMs;
    private long _openAgainMs = long.MaxValue;

    /// <summary>It can't be written: its log is not open, or the last write or fsync failed; any thread.</summary>
    public bool IsFailed => Replica is null || Volatile.Read(ref _failing);

    /// <summary>Grows with each opening of the log and each leadership; any thread.</summary>
    public long Incarnation => Volatile.Read(ref _incarnation);

    /// <summary>
    /// Opens the log for the first time; true when it is online, false when it stays offline for now.
    /// </summary>
    public Task<bool> OpenAsync()
    {
        PostControl(new PartitionCommand<bool>(static actor =>
        {
            actor.StartOpening(null, null);
            return true;
        }));
        return _opened.Task;
    }

    public void OnOpened(PartitionLog log, ProducerTable producers)
    {
        _opening = false;
        if (_closing)
        {
            log.Dispose();
            _openingDone.TrySetResult();
            return;
        }

        var replica = new OpenReplica(log, producers);
        log.UpdateConfig(_config);
        ConsiderLoss(log);
        _leaderLogStart = 0;
        _segmentsSeen = log.SegmentCount;
        BeginIncarnation();

        // It may end before what a start would believe: after a cut that failed, or where the disk has lost something.
        _history = _history with { RecoveryPoint = log.RecoveryPoint };
        _isTrustedTooFar |= WrittenRecoveryPoint > log.RecoveryPoint;
        TakeRole(replica);

        // From here on what is published is the truth: a cut lowers it, and what a start knew must not raise it again.
        _history = _history with { HighWatermark = 0 };
        Volatile.Write(ref _replica, replica);
        Watchers.Signal();
        if (!_opened.TrySetResult(true) && _wasOffline)
        {
            PartitionLogs.Online(_context.Logger, Name, log.LogEndOffset);
        }

        _wasOffline = false;
    }

    public void OnOpenFailed(Exception failure)
    {
        _opening = false;
        _opened.TrySetResult(false);
        if (_closing)
        {
            _openingDone.TrySetResult();
            return;
        }

        if (!_wasOffline)
        {
            _wasOffline = true;
            PartitionLogs.Offline(_context.Logger, Name, failure);
        }

        // The log's own clean stop can't be relied on any more.
        _history = _history with { CleanShutdown = false };
        _openAgainMs = _context.Clock.NowMs + NextBackoff();
        _alarm.Arm(_openAgainMs);
    }

    private void BeginIncarnation() => Volatile.Write(ref _incarnation, _incarnation + 1);

    /// <summary>
    /// Refuses new work, waits for what is under way, and closes the log with the given action on a worker thread.
    /// False when the partition was offline, so that there was no log to close.
    /// </summary>
    public async Task<bool> CloseAsync(bool flush, Action<PartitionLog> close)
    {
        await AskAsync(static actor => actor._closing = true).ConfigureAwait(false);
        if (flush)
        {
            // Whoever waits for an fsync is answered by it.
            await FlushAsync().ConfigureAwait(false);
        }

        var (replica, opening) = await AskAsync(static actor => actor.Detach()).ConfigureAwait(false);
        await opening.ConfigureAwait(false);
        if (replica is null)
        {
            return false;
        }

        return await _context.Flushers.RunAsync(() =>
        {
            replica.WithFilesAtRest(() => close(replica.Log));
            _history = _history with { RecoveryPoint = replica.Log.RecoveryPoint };
            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>Makes all that is appended now durable; false when that failed.</summary>
    public Task<bool> FlushAsync()
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        PostControl(new PartitionCommand<bool>(actor =>
        {
            actor.RequestFlush(done);
            return true;
        }));
        return done.Task;
    }

    /// <summary>Stops the alarm; the log is closed by <see cref="CloseAsync"/>.</summary>
    public void Dispose() => _alarm.Dispose();

    private (OpenReplica? Replica, Task Opening) Detach()
    {
        var replica = _replica;
        if (replica is not null)
        {
            _history = HistoryOf(replica);
            replica.Dispose();
        }

        Volatile.Write(ref _replica, null);
        Volatile.Write(ref _leavesLoss, _loss.Owes);
        FailAll(ErrorCode.NotLeaderOrFollower);
        AnswerFlushWaits(false);
        Dispose();
        Watchers.Signal();
        return (replica, _opening ? _openingDone.Task : Task.CompletedTask);
    }

    /// <summary>
    /// A write failed or an invariant broke: everyone who waits is told, and the replica is opened anew.
    /// </summary>
    private void Crash(Exception failure)
    {
        if (_replica is not { } replica)
        {
            FailAll(ErrorCode.KafkaStorageError);
            return;
        }

        // Opening takes a while; a disk that stays full must not make the broker do nothing else.
        _refuseWritesUntilMs = _context.Clock.NowMs + NextBackoff();
        var isNews = !_failing;
        _failing = true;
        Drop(replica, null);
        if (isNews)
        {
            PartitionLogs.WriteFailed(_context.Logger, Name, failure);
        }
    }

    private void FlushFailed(OpenReplica replica, Exception failure)
    {
        // The kernel may have thrown the pages away and called them clean. Where acknowledgements wait for the fsync,
        // nobody was told of what lies above the flushed point: it goes, so that a repeat is written again instead of
        // being taken for a duplicate of bytes that never reached the disk.
        _refuseWritesUntilMs = _context.Clock.NowMs + NextBackoff();
        var isNews = !_failing;
        _failing = true;
        // What was acknowledged before the setting asked for an fsync lies below the high watermark, and stays.
        Drop(replica, NeedsFlush(_config)
            ? Math.Max(replica.Log.RecoveryPoint, Published.HighWatermark)
            : null);
        if (isNews)
        {
            PartitionLogs.FlushFailed(_context.Logger, Name, failure);
        }
    }

    private void Drop(OpenReplica replica, long? truncateTo)
    {
        Volatile.Write(ref _replica, null);
        replica.Dispose();
        _followers = [];
        _flushDueMs = long.MaxValue;
        _history = HistoryOf(replica);
        FailAll(ErrorCode.KafkaStorageError);
        AnswerFlushWaits(false);
        StartOpening(replica, truncateTo);
    }

    private PartitionHistory HistoryOf(OpenReplica replica) => new(
        replica.Log.RecoveryPoint,
        replica.Log.LogStartOffset,
        Published.HighWatermark,
        replica.Log.FirstDirtyOffset,
        CleanShutdown: false);

    private void WriteSucceeded()
    {
        if (_failing)
        {
            _failing = false;
            PartitionLogs.WritesAgain(_context.Logger, Name);
        }

        _backoffMs = FirstBackoffMs;
    }

    private void StartOpening(OpenReplica? dropped, long? truncateTo)
    {
        Invariant.Holds(!_opening);
        _opening = true;
        _openAgainMs = long.MaxValue;
        var item = new OpenItem(this, _history, dropped) { TruncateTo = truncateTo };
        if (!_context.Openers.TryPost(item))
        {
            dropped?.Log.Dispose();
            OnOpenFailed(new ObjectDisposedException(nameof(PartitionActor)));
        }
    }

    private void ConsiderOpening()
    {
        if (_openAgainMs == long.MaxValue || _opening || _closing)
        {
            return;
        }

        if (_context.Clock.NowMs >= _openAgainMs)
        {
            StartOpening(null, null);
        }
        else
        {
            _alarm.Arm(_openAgainMs);
        }
    }

    private long NextBackoff()
    {
        var backoff = _backoffMs;
        _backoffMs = Math.Min(_backoffMs * 2, LastBackoffMs);
        return backoff;
    }
}
