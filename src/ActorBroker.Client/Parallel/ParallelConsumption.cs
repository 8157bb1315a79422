using System.Threading.Channels;
using ActorBroker.Client.Consuming;
using ActorBroker.Records;

namespace ActorBroker.Client.Parallel;

/// <summary>
/// One run of parallel processing. The reader takes records as long as there is room and puts each into its lane;
/// workers take lanes in turn and process one record of each. What is done of a partition without a gap is stored for
/// the next commit.
/// </summary>
/// <remarks>
/// One lock guards lanes and offsets. Partitions are given up in the reader's turn: what waits of them is dropped, what
/// runs is waited for, and what comes after that counts no more.
/// </remarks>
internal sealed class ParallelConsumption<TKey, TValue>(
    Func<ConsumeResult<TKey, TValue>, CancellationToken, ValueTask> handler,
    ParallelConsumeOptions options,
    FetchCoordinator coordinator,
    ReaderTurns turns,
    TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, ProcessedOffsets> _partitions = [];
    private readonly Dictionary<object, ProcessingLane<ConsumeResult<TKey, TValue>>> _lanes = [];
    private readonly Channel<ProcessingLane<ConsumeResult<TKey, TValue>>> _ready =
        Channel.CreateUnbounded<ProcessingLane<ConsumeResult<TKey, TValue>>>();

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private CancellationTokenSource? _stopping;
    private CancellationToken _abandoned;
    private TaskCompletionSource? _draining;
    private Exception? _failure;
    private bool _isEnding;
    private int _inFlight;

    /// <summary>Reads and processes until cancelled, or until a record fails for good.</summary>
    public async Task RunAsync(RecordEnumerator<TKey, TValue> reader, BatchSource source, CancellationToken cancel)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var abandoning = new CancellationTokenSource();
        _stopping = stopping;
        _abandoned = abandoning.Token;
        turns.Posted = Wake;
        List<Task> workers = [.. Enumerable.Range(0, options.Degree).Select(_ => Task.Run(WorkAsync))];
        try
        {
            await ReadAsync(reader, source, stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told below: by the failure that stopped it, or by the caller's token.
        }
        finally
        {
            turns.Posted = null;
            await stopping.CancelAsync().ConfigureAwait(false);
            await EndAsync(workers, abandoning).ConfigureAwait(false);
        }

        if (_failure is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        cancel.ThrowIfCancellationRequested();
    }

    /// <summary>Gives partitions up: waits for what runs of them, within the options' time.</summary>
    public async Task DrainAsync(IReadOnlyCollection<TopicPartition> ids, CancellationToken cancel)
    {
        List<ProcessedOffsets> given;
        lock (_gate)
        {
            given = [.. ids.Select(each => _partitions.GetValueOrDefault(each)).OfType<ProcessedOffsets>()];
            given.ForEach(each => each.Rest = null);
            DropWaiting(given);
        }

        await WaitForAsync(given, cancel).ConfigureAwait(false);
        lock (_gate)
        {
            given.ForEach(each => each.IsVoid = true);
            foreach (var id in ids)
            {
                _partitions.Remove(id);
            }
        }
    }

    private async Task ReadAsync(
        RecordEnumerator<TKey, TValue> reader, BatchSource source, CancellationToken cancel)
    {
        while (true)
        {
            while (!HasRoom())
            {
                // A rebalance does not wait for room.
                await source.RunTurnsAsync(cancel).ConfigureAwait(false);
                await _changed.Reader.ReadAsync(cancel).ConfigureAwait(false);
            }

            if (!await reader.MoveNextAsync(cancel, cancel).ConfigureAwait(false))
            {
                return;
            }

            if (!reader.Current.IsPartitionEof)
            {
                Take(reader.Current, source.Chunk);
            }
        }
    }

    private bool HasRoom()
    {
        lock (_gate)
        {
            return _inFlight < options.MaxInFlight;
        }
    }

    private void Wake() => _changed.Writer.TryWrite(true);

    private void Take(in ConsumeResult<TKey, TValue> record, FetchedChunk chunk)
    {
        var partition = chunk.Partition;
        lock (_gate)
        {
            if (partition.IsGivenUp)
            {
                // Who closes the consumer gives the partition up beside the reader: what comes now is another's.
                return;
            }

            if (!_partitions.TryGetValue(partition.Id, out var offsets) || offsets.Partition != partition)
            {
                _partitions[partition.Id] = offsets = new ProcessedOffsets(partition);
            }

            if (offsets.Rest is not null || chunk.Generation < offsets.OldestGeneration)
            {
                // It stands behind the record to which the partition goes back.
                return;
            }

            var taken = offsets.Take(record.Offset, record.LeaderEpoch);
            if (_failure is not null)
            {
                // It is read again: the partition goes back to it in the end.
                return;
            }

            _inFlight++;
            var lane = LaneOf(record, offsets);
            lane.Waiting.Enqueue((record, taken));
            if (!lane.IsBusy)
            {
                lane.IsBusy = true;
                _ready.Writer.TryWrite(lane);
            }
        }
    }

    private ProcessingLane<ConsumeResult<TKey, TValue>> LaneOf(
        in ConsumeResult<TKey, TValue> record, ProcessedOffsets offsets)
    {
        object? name = options.Order == ProcessingOrder.Partition ? record.TopicPartition
            : record.Key is null ? null
            : new LaneName<TKey>(record.TopicPartition, record.Key);
        if (name is not null && _lanes.TryGetValue(name, out var known) && known.Offsets == offsets)
        {
            return known;
        }

        var lane = new ProcessingLane<ConsumeResult<TKey, TValue>>(offsets, name);
        if (name is not null)
        {
            _lanes[name] = lane;
        }

        return lane;
    }

    private async Task WorkAsync()
    {
        await foreach (var lane in _ready.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            (ConsumeResult<TKey, TValue> Record, TakenRecord Taken) next;
            lock (_gate)
            {
                if (lane.Offsets.IsEnding || !lane.Waiting.TryDequeue(out next))
                {
                    _inFlight -= lane.Waiting.Count;
                    lane.Waiting.Clear();
                    Rest(lane);
                    continue;
                }

                lane.Offsets.Running++;
            }

            var isDone = await ProcessAsync(next.Record, lane.Offsets).ConfigureAwait(false);
            Finish(lane, next.Taken, isDone);
        }
    }

    private async Task<bool> ProcessAsync(ConsumeResult<TKey, TValue> record, ProcessedOffsets offsets)
    {
        try
        {
            await handler(record, _abandoned).ConfigureAwait(false);
            return true;
        }
        catch (RetryLaterException later)
        {
            PutOff(offsets, later.Pause);
            return false;
        }
        catch (Exception exception)
        {
            Stop(exception);
            return false;
        }
    }

    private void Finish(ProcessingLane<ConsumeResult<TKey, TValue>> lane, TakenRecord taken, bool isDone)
    {
        turns.Touch();
        lock (_gate)
        {
            lane.Offsets.Running--;
            _inFlight--;
            if (isDone && lane.Offsets.TryFinish(taken) && !lane.Offsets.IsVoid)
            {
                coordinator.StoreProcessed(lane.Offsets.Partition, lane.Offsets.Done!.Value);
            }

            GoBackToRest(lane.Offsets);
            if (lane.Waiting.Count > 0)
            {
                _ready.Writer.TryWrite(lane);
            }
            else
            {
                Rest(lane);
            }

            _draining?.SetResult();
            _draining = null;
        }

        Wake();
    }

    private void Rest(ProcessingLane<ConsumeResult<TKey, TValue>> lane)
    {
        lane.IsBusy = false;
        if (lane.Name is not null && _lanes.GetValueOrDefault(lane.Name) == lane)
        {
            _lanes.Remove(lane.Name);
        }
    }

    /// <summary>A record is to be tried again later: nothing new of its partition begins.</summary>
    private void PutOff(ProcessedOffsets offsets, TimeSpan pause)
    {
        lock (_gate)
        {
            if (offsets.Rest is { } longest)
            {
                offsets.Rest = pause > longest ? pause : longest;
            }
            else if (!offsets.IsEnding)
            {
                offsets.Rest = pause;
                coordinator.BeginRest(offsets.Partition);
                DropWaiting([offsets]);
            }
        }
    }

    /// <summary>Once nothing runs of a partition that is to rest, it goes back to its first undone record.</summary>
    private void GoBackToRest(ProcessedOffsets offsets)
    {
        var partition = offsets.Partition;
        if (offsets is { Rest: { } pause, Running: 0, FirstUndone: { } first } && !_isEnding
            && _partitions.GetValueOrDefault(partition.Id) == offsets)
        {
            coordinator.GoBack(partition, first);
            _partitions[partition.Id] = new ProcessedOffsets(partition) { OldestGeneration = partition.Generation };
            _ = EndRestAsync(partition, pause, _stopping!.Token);
        }
    }

    private async Task EndRestAsync(AssignedPartition partition, TimeSpan pause, CancellationToken stopping)
    {
        await Task.Delay(pause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            // The run's end ends all rests: a later one is another run's.
            if (!_isEnding)
            {
                coordinator.EndRest(partition);
            }
        }
    }

    /// <summary>A record failed: nothing new begins, and the first failure is told.</summary>
    private void Stop(Exception failure)
    {
        lock (_gate)
        {
            if (_isEnding && failure is OperationCanceledException)
            {
                // The record was told to give up.
                return;
            }

            _failure ??= failure;
            DropWaiting(_partitions.Values);
        }

        _stopping?.Cancel();
    }

    private void DropWaiting(IReadOnlyCollection<ProcessedOffsets> of)
    {
        foreach (var offsets in of)
        {
            offsets.IsEnding = true;
        }

        // Records without a key have lanes of their own, which the workers drop.
        foreach (var lane in _lanes.Values.Where(each => each.Offsets.IsEnding))
        {
            _inFlight -= lane.Waiting.Count;
            lane.Waiting.Clear();
        }

        Wake();
    }

    /// <summary>Waits until nothing of these partitions runs, or the time is over, or nobody waits longer.</summary>
    private async Task WaitForAsync(IReadOnlyCollection<ProcessedOffsets> of, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.DrainTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (of.All(each => each.Running == 0))
                {
                    return;
                }

                // A handover and the run's own end may wait at the same time, each for its partitions.
                _draining ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _draining.Task;
            }

            try
            {
                await changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>
    /// What waits is dropped, what runs may end; then the partitions go back to the first record that is not done.
    /// </summary>
    private async Task EndAsync(List<Task> workers, CancellationTokenSource abandoning)
    {
        List<ProcessedOffsets> all;
        lock (_gate)
        {
            _isEnding = true;
            all = [.. _partitions.Values];
            DropWaiting(all);
        }

        _ready.Writer.Complete();
        await WaitForAsync(all, CancellationToken.None).ConfigureAwait(false);
        await abandoning.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(workers).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var offsets in _partitions.Values)
            {
                coordinator.EndRest(offsets.Partition);
                if (offsets.FirstUndone is { } offset)
                {
                    coordinator.GoBack(offsets.Partition, offset);
                }
            }
        }
    }
}
