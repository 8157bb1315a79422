using System.Diagnostics.CodeAnalysis;
using ActorBroker.Broker.Partitions;
using ActorBroker.Orleans.Hosting;
using ActorBroker.Orleans.Placement;
using Orleans.Concurrency;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Grains;

/// <summary>Hands calls to the partition that this silo's broker leads. Calls interleave, as clients' do.</summary>
[Reentrant]
[BrokerPlacement]
[GrainType(GrainTypes.Partition)]
internal sealed class PartitionGrain(SiloBroker broker) : Grain, IPartitionGrain
{
    /// <summary>Well within the time in which a call has to be answered.</summary>
    private const int WaitMsMax = 10_000;

    private PartitionKey _key;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        PartitionKey.TryParse(this.GetPrimaryKeyString(), out _key)
            ? Task.CompletedTask
            : throw new ArgumentException($"There is no partition of the name '{this.GetPrimaryKeyString()}'.");

    /// <inheritdoc/>
    public async Task<ProduceAnswer> ProduceAsync(ProduceBatch batch)
    {
        if (!TryFind(out var partition, out var error))
        {
            batch.Records.Release();
            return new ProduceAnswer(error);
        }

        // Offsets are written into the batch, which the caller, where it is of this silo, still has.
        var result = await partition.ProduceAsync(
            new ProduceCommand(batch.Records.Own(), batch.Acks, TimeoutMsOf(batch)));
        batch.Records.Release();
        return new ProduceAnswer(Noted(result.Error), result.BaseOffset, result.LogAppendTimeMs, result.Message);
    }

    /// <inheritdoc/>
    public async Task<FetchAnswer> FetchAsync(FetchBatches query)
    {
        if (!TryFind(out var partition, out var error))
        {
            return new FetchAnswer { Error = error };
        }

        var answer = Read(partition, query);
        if (!IsEmpty(answer) || query.MaxWaitMs <= 0)
        {
            return answer;
        }

        var deadline = TimeProvider.System.GetTimestamp();
        var watcher = new NewsWatcher();
        partition.AddWatcher(watcher);
        try
        {
            while (true)
            {
                // What changed before the watcher stood was not signalled.
                var news = watcher.NextAsync();
                answer = Read(partition, query);
                var left = Math.Min(query.MaxWaitMs, WaitMsMax) -
                    TimeProvider.System.GetElapsedTime(deadline).TotalMilliseconds;
                if (!IsEmpty(answer) || left <= 0)
                {
                    return answer;
                }

                await news.WaitAsync(TimeSpan.FromMilliseconds(left)).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
        finally
        {
            partition.RemoveWatcher(watcher);
        }
    }

    /// <inheritdoc/>
    public Task<OffsetAnswer> ListOffsetAsync(long timestampMs, bool readCommitted)
    {
        if (!TryFind(out var partition, out var error))
        {
            return Task.FromResult(new OffsetAnswer(error));
        }

        var found = partition.FindOffset(timestampMs, Isolation(readCommitted), -1, debugOrReplica: false);
        return Task.FromResult(new OffsetAnswer(Noted(found.Error), found.Offset, found.TimestampMs));
    }

    /// <inheritdoc/>
    public Task<PartitionDescription> DescribeAsync() => Task.FromResult(TryFind(out var partition, out var error)
        ? new PartitionDescription(
            ErrorCode.None, broker.BrokerId, partition.LeaderEpoch, partition.LogStartOffset, partition.HighWatermark,
            partition.LogEndOffset)
        : new PartitionDescription(error));

    /// <summary>How long a batch waits for its followers.</summary>
    internal static int TimeoutMsOf(in ProduceBatch batch) => batch.TimeoutMs > 0
        ? Math.Min(batch.TimeoutMs, ProduceBatch.TimeoutMsMax)
        : ProduceBatch.TimeoutMsMax;

    private bool TryFind([NotNullWhen(true)] out Partition? partition, out ErrorCode error)
    {
        partition = null;
        error = broker.Node is not { } node ? ErrorCode.LeaderNotAvailable
            : !node.TryGetPartition(_key.Topic, _key.Partition, out partition) ? ErrorCode.NotLeaderOrFollower
            : partition.IsLeader ? ErrorCode.None : ErrorCode.NotLeaderOrFollower;
        return Noted(error) == ErrorCode.None && partition is not null;
    }

    /// <summary>
    /// Where another silo leads, or this one's broker is not there yet, this may be the wrong place: the next call
    /// looks for the right one.
    /// </summary>
    private ErrorCode Noted(ErrorCode error)
    {
        if (error is ErrorCode.NotLeaderOrFollower or ErrorCode.LeaderNotAvailable)
        {
            DeactivateOnIdle();
        }

        return error;
    }

    private FetchAnswer Read(Partition partition, in FetchBatches query)
    {
        using var result = partition.Fetch(new FetchQuery(
            query.Offset, Math.Clamp(query.MaxBytes, 0, RecordBytesCodec.BytesMax / 2), AtLeastOneBatch: true,
            Isolation(query.ReadCommitted)));
        var records = result.Records.IsEmpty ? [] : new byte[result.Records.Length];
        result.Records.CopyTo(records);
        return new FetchAnswer
        {
            Error = Noted(result.Error),
            HighWatermark = result.HighWatermark,
            LastStableOffset = result.LastStableOffset,
            LogStartOffset = result.LogStartOffset,
            Records = new RecordBytes(records),
        };
    }

    private static bool IsEmpty(in FetchAnswer answer) =>
        answer.Error == ErrorCode.None && answer.Records.Memory.IsEmpty;

    private static IsolationLevel Isolation(bool readCommitted) =>
        readCommitted ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted;

    /// <summary>Wakes a fetch that waits.</summary>
    private sealed class NewsWatcher : FetchWatcher
    {
        private TaskCompletionSource _news = New();

        /// <summary>Ends with the next signal from now on.</summary>
        public Task NextAsync()
        {
            var next = New();
            Volatile.Write(ref _news, next);
            return next.Task;
        }

        public override void Signal() => Volatile.Read(ref _news).TrySetResult();

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
