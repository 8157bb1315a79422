// The door to one partition. Produces are judged on the caller's thread, so that the turn only decides and writes;
// reads go straight to the log, bounded by what the turn published.
using ActorBroker.Core;
using ActorBroker.Core.Batches;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Producers;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Broker.Partitions;

/// <summary>One partition of which this broker holds a replica.</summary>
public sealed partial class Partition
{
    /// <summary>
    /// Up to this size the caller writes its batch itself: quicker than to wake a thread for it. A larger one is
    /// written beside the caller, who receives and checks the next one meanwhile.
    /// </summary>
    internal const int OwnTurnBytesMax = 32 << 10;

    private const short FirstVersionOfTransactionAbortable = 11;

    private readonly PartitionActor _actor;

    private readonly bool _isInternalTopic;

    internal Partition(PartitionActor actor)
    {
        _actor = actor;
        _isInternalTopic = TopicNames.IsInternal(actor.Name.Topic);
    }

    /// <summary>Topic and index.</summary>
    public TopicPartition Name => _actor.Name;

    /// <summary>The topic's id.</summary>
    public Guid TopicId => _actor.TopicId;

    /// <summary>The epoch of the leadership in force.</summary>
    public int LeaderEpoch => _actor.LeaderEpoch;

    /// <summary>
    /// Grows with each opening of the log and with each leadership: what was read in one incarnation says nothing about
    /// the next.
    /// </summary>
    public long Incarnation => _actor.Incarnation;

    /// <summary>This broker leads the partition, and its log is open.</summary>
    public bool IsLeader => _actor.Replica is { Leader: not null };

    /// <summary>This broker's log of the partition is open, whoever leads it.</summary>
    public bool IsOnline => _actor.Replica is not null;

    /// <summary>Everything below is committed.</summary>
    public long HighWatermark => _actor.Published.HighWatermark;

    /// <summary>Everything below is committed and of a decided transaction.</summary>
    public long LastStableOffset => _actor.Published.LastStableOffset;

    /// <summary>The first offset that can be read.</summary>
    public long LogStartOffset => _actor.Published.LogStartOffset;

    /// <summary>The offset after the last written record.</summary>
    public long LogEndOffset => _actor.Published.LogEndOffset;

    /// <summary>Bytes of the partition's segments; 0 while it is offline.</summary>
    public long SizeInBytes => _actor.Replica?.Log.SizeInBytes ?? 0;

    /// <summary>The topic's settings in force.</summary>
    public LogConfig Config => _actor.Config;

    internal PartitionActor Actor => _actor;

    internal bool IsFailed => _actor.IsFailed;

    /// <summary>
    /// Appends one batch. What needs no state (size, magic, CRC, counts, times, recompression) is done on the caller's
    /// thread; calls from one thread are appended in their order.
    /// </summary>
    /// <remarks>The answer may be awaited once only. Never throws for what a client sent or a disk did.</remarks>
    public ValueTask<ProduceResult> ProduceAsync(ProduceCommand command)
    {
        if (command.Acks is < -1 or > 1)
        {
            return Answer(ErrorCode.InvalidRequiredAcks, "acks must be -1, 0 or 1");
        }

        if (_isInternalTopic && !command.IsInternal)
        {
            return Answer(ErrorCode.InvalidTopicException, $"clients can't write to internal topic {Name.Topic}");
        }

        var config = _actor.Config;
        var nowMs = _actor.Context.NowMs;
        var verdict = BatchValidator.Validate(
            command.Records.Span, config, nowMs, command.ApiVersion, out var header, command.IsInternal);
        var records = command.Records;
        if (verdict.IsValid && header.IsTransactional && !command.IsInternal)
        {
            // It would open a transaction that nobody can end, and the last stable offset would stand still for ever.
            return Answer(
                command.ApiVersion >= FirstVersionOfTransactionAbortable
                    ? ErrorCode.TransactionAbortable
                    : ErrorCode.InvalidTxnState,
                "This broker has no transactions yet.");
        }

        if (verdict.IsValid)
        {
            verdict = BatchRewriter.Rewrite(command.Records, ref header, in verdict, config, nowMs, out records);
        }

        if (!verdict.IsValid)
        {
            return ValueTask.FromResult(new ProduceResult(
                verdict.Error,
                Message: verdict.Message,
                RecordErrors: verdict.RecordErrors is null
                    ? null
                    : [.. verdict.RecordErrors.Select(error => new RecordError(error.Index, error.Message))]));
        }

        var request = ProduceRequest.Rent(in command, records, in header);
        var answer = request.Task;
        var posted = records.Length <= OwnTurnBytesMax ? _actor.TryPostAndRun(request) : _actor.TryPost(request);
        if (!posted)
        {
            request.Complete(ErrorCode.RequestTimedOut, "too many produces wait for this partition");
        }

        return answer;
    }

    /// <summary>Counts record bytes that an answer to a fetch carries.</summary>
    public void CountFetched(int bytes) => _actor.Traffic.Fetched(bytes);

    /// <summary>Wakes the watcher after each change that a fetch could see.</summary>
    public void AddWatcher(FetchWatcher watcher) => _actor.Watchers.Add(watcher);

    /// <summary>Wakes it no more; a signal that is under way may still come.</summary>
    public void RemoveWatcher(FetchWatcher watcher) => _actor.Watchers.Remove(watcher);

    /// <summary>
    /// Moves the log's start up, and answers when every in-sync follower knows, or REQUEST_TIMED_OUT.
    /// </summary>
    /// <param name="beforeOffset">The first record that stays; -1: the high watermark.</param>
    /// <param name="timeoutMs">How long to wait for the followers.</param>
    public async ValueTask<DeleteRecordsResult> DeleteRecordsAsync(long beforeOffset, int timeoutMs = 30_000)
    {
        try
        {
            var deletion = await _actor.AskAsync(actor => actor.DeleteRecords(beforeOffset, timeoutMs))
                .ConfigureAwait(false);
            return await deletion.ConfigureAwait(false);
        }
        catch (Exception failure) when (IsStorageFault(failure))
        {
            return new DeleteRecordsResult(ErrorCode.KafkaStorageError);
        }
    }

    /// <summary>
    /// The idempotent and transactional producers that the partition knows; none while it is offline.
    /// </summary>
    public async ValueTask<IReadOnlyList<ProducerDescription>> DescribeProducersAsync() =>
        await _actor.AskAsync(static actor => actor.Replica?.Producers.Describe() ?? []).ConfigureAwait(false);

    /// <summary>What a log throws when its disk fails, or when it was closed under a reader.</summary>
    internal static bool IsStorageFault(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or ObjectDisposedException or InvariantViolationException;

    private static ValueTask<ProduceResult> Answer(ErrorCode error, string message) =>
        ValueTask.FromResult(new ProduceResult(error, Message: message));
}
