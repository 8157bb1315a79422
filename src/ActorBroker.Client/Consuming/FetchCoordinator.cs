using System.Threading.Channels;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// Owns a consumer's partitions. Each goes round: located (leader and position are looked up, by a task of its own),
/// fetched (by its leader's <see cref="BrokerFetcher"/>, into the queue of what is ready to be read), located again
/// when the leader moved or was lost. A failure that repeating would not mend stands in the queue behind what was
/// fetched before it, and the partition rests until the reader has met it.
/// </summary>
/// <remarks>
/// One lock guards the partitions; it is never held across an await. A partition's generation makes void whatever was
/// under way when it was sought, paused or unassigned. The queue needs no bound of its own: fetchers stop at theirs.
/// </remarks>
internal sealed partial class FetchCoordinator : IAsyncDisposable
{
    private readonly ClusterClient _cluster;
    private readonly ConsumerOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, AssignedPartition> _partitions = [];
    private readonly Dictionary<BrokerAddress, BrokerFetcher> _fetchers = [];
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<FetchedChunk> _ready = Channel.CreateUnbounded<FetchedChunk>();
    private bool _isClosed;

    public FetchCoordinator(ClusterClient cluster, ConsumerOptions options)
    {
        options.Validate();
        _cluster = cluster;
        _options = options;
    }

    /// <summary>Completed when the consumer is closed.</summary>
    public ChannelReader<FetchedChunk> Ready => _ready.Reader;

    public string ClientId => _cluster.Options.ClientId;

    public ConsumerOptions Options => _options;

    /// <summary>How long a fetch's answer may take.</summary>
    public TimeSpan Patience => _cluster.Options.RequestTimeout + _options.FetchMaxWait;

    /// <summary>How long a broker may wait for records.</summary>
    public TimeSpan FetchMaxWait => _options.FetchMaxWait;

    public TimeProvider Clock => _cluster.Options.TimeProvider;

    public Task<BrokerConnection> ConnectAsync(BrokerAddress address, CancellationToken cancel) =>
        BrokerConnection.OpenAsync(address, _cluster.Options, cancel);

    /// <summary>What a broker may be asked for now.</summary>
    public List<FetchTarget> TargetsOf(BrokerFetcher fetcher)
    {
        var targets = new List<FetchTarget>();
        lock (_gate)
        {
            foreach (var each in _partitions.Values)
            {
                if (each.Fetcher == fetcher && !each.IsPaused && !each.IsResting)
                {
                    targets.Add(new FetchTarget(
                        each, each.Generation, each.Leader.TopicId, each.Leader.Epoch, each.FetchOffset));
                }
            }
        }

        return targets;
    }

    /// <summary>True where a broker leads none of the partitions.</summary>
    public bool IsIdle(BrokerFetcher fetcher)
    {
        lock (_gate)
        {
            return _partitions.Values.All(each => each.Fetcher != fetcher);
        }
    }

    public FetchRequest NewRequest(FetchSession session, List<FetchTarget> targets, short version)
    {
        int brokers;
        lock (_gate)
        {
            brokers = _fetchers.Count;
        }

        // One answer on its way and those that wait: together they fill each broker's share.
        var share = _options.QueuedMaxBytes / (brokers * (BrokerFetcher.UnreadFramesMax + 1));
        var maxBytes = Math.Max(Math.Min(_options.FetchMaxBytes, share), 1);
        var request = session.NewRequest(targets, version, Math.Min(_options.MaxPartitionFetchBytes, maxBytes));
        request.MaxWaitMs = (int)_options.FetchMaxWait.TotalMilliseconds;
        request.MinBytes = _options.FetchMinBytes;
        request.MaxBytes = maxBytes;
        request.IsolationLevel = (sbyte)_options.IsolationLevel;
        return request;
    }

    /// <summary>Takes what an answer says of one partition.</summary>
    public void Take(
        BrokerFetcher fetcher,
        in FetchTarget target,
        FetchResponse.PartitionData answer,
        FetchedFrame frame)
    {
        lock (_gate)
        {
            var partition = target.Partition;
            if (_isClosed || partition.Generation != target.Generation || partition.Fetcher != fetcher)
            {
                return;
            }

            if (answer.ErrorCode != ErrorCode.None)
            {
                Refused(partition, fetcher, answer, frame.Response.NodeEndpoints);
                return;
            }

            partition.Watermarks =
                new PartitionWatermarks(answer.LogStartOffset, LastStable(answer), answer.HighWatermark);
            if (answer.Records is { IsEmpty: false } records)
            {
                TakeRecords(target, answer, records, frame);
            }
        }
    }

    /// <summary>
    /// A fetch was answered. A session's answer is silent about partitions without news: they are well, and may be at
    /// their end, of which the reader is told where it wants to know.
    /// </summary>
    public void Answered(BrokerFetcher fetcher, List<FetchTarget> targets)
    {
        lock (_gate)
        {
            foreach (var target in targets)
            {
                var partition = target.Partition;
                if (!_isClosed && partition.Generation == target.Generation && partition.Fetcher == fetcher)
                {
                    partition.Failures = 0;
                    TellEnd(partition);
                }
            }
        }
    }

    /// <summary>
    /// A fetch failed as a whole: its partitions are looked for again, or rest until the reader knows.
    /// </summary>
    public void Failed(BrokerFetcher fetcher, List<FetchTarget> targets, Exception failure)
    {
        foreach (var topic in targets.Select(each => each.Id.Topic).Distinct())
        {
            _cluster.Forget(topic);
        }

        lock (_gate)
        {
            foreach (var partition in _partitions.Values)
            {
                if (partition.Fetcher == fetcher)
                {
                    LookAgain(partition, failure);
                }
            }
        }
    }

    /// <summary>True where the cluster says that another broker leads something of this by now.</summary>
    public async Task<bool> HaveMovedAsync(
        BrokerFetcher fetcher, List<FetchTarget> targets, CancellationToken cancel)
    {
        try
        {
            return await _cluster.HaveMovedAsync(targets.Select(each => each.Id), fetcher.Address, cancel)
                .ConfigureAwait(false);
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            running = [.. _running];
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        _ready.Writer.TryComplete();
        while (_ready.Reader.TryRead(out var unread))
        {
            unread.Dispose();
        }

        _closing.Dispose();
    }

    /// <summary>Lets a waiting reader look around.</summary>
    public void WakeReader() => _ready.Writer.TryWrite(FetchedChunk.WakeUp());

    private static long LastStable(FetchResponse.PartitionData answer) =>
        answer.LastStableOffset >= 0 ? answer.LastStableOffset : answer.HighWatermark;

    private long EndOf(in PartitionWatermarks marks) =>
        _options.IsolationLevel == IsolationLevel.ReadCommitted ? marks.LastStable : marks.High;

    private void TellEnd(AssignedPartition partition)
    {
        if (_options.EnablePartitionEof
            && partition.Watermarks is { } marks
            && partition.FetchOffset >= EndOf(marks)
            && partition.EndToldAt != partition.FetchOffset)
        {
            partition.EndToldAt = partition.FetchOffset;
            _ready.Writer.TryWrite(FetchedChunk.End(partition, partition.FetchOffset));
        }
    }

    private void TakeRecords(
        in FetchTarget target,
        FetchResponse.PartitionData answer,
        ReadOnlyMemory<byte> records,
        FetchedFrame frame)
    {
        var partition = target.Partition;
        if (!WholeBatches.TryFind(records.Span, target.Offset, out var whole))
        {
            Rest(partition, new CorruptBatchException(
                partition.Id,
                target.Offset,
                "is not a whole batch of format 2 that leads past the offset"));
            return;
        }

        var aborted = _options.IsolationLevel == IsolationLevel.ReadCommitted ? answer.AbortedTransactions : null;
        partition.FetchOffset = whole.NextOffset;
        partition.FetchedEpoch = whole.LeaderEpoch;
        _ready.Writer.TryWrite(
            FetchedChunk.Of(target, frame, records[..whole.Length], whole.NextOffset, aborted));
    }

    private void Refused(
        AssignedPartition partition,
        BrokerFetcher fetcher,
        FetchResponse.PartitionData answer,
        List<FetchResponse.NodeEndpoint> endpoints)
    {
        var (topic, index) = (partition.Id.Topic, partition.Id.Partition);
        if (endpoints.Find(each => each.NodeId == answer.CurrentLeader.LeaderId) is { } endpoint)
        {
            // Whoever was asked in error has said who leads (KIP-951).
            _cluster.LearnLeader(
                topic, index, endpoint.NodeId, answer.CurrentLeader.LeaderEpoch,
                new BrokerAddress(endpoint.Host, endpoint.Port));
        }

        partition.IsLeaderKnown = _cluster.ForgetLeader(topic, index, fetcher.Address);
        LookAgain(partition, new BrokerErrorException(
            answer.ErrorCode, $"Fetching {partition.Id} at offset {partition.FetchOffset}"));
    }

    private void LookAgain(AssignedPartition partition, Exception failure)
    {
        partition.Fetcher = null;
        if (IsWorthAnotherTry(partition, failure))
        {
            BeginLocating(partition);
        }
        else
        {
            Rest(partition, failure);
        }
    }

    /// <summary>
    /// Counts a failure; false where it would not help to repeat, or has not for the operation's time.
    /// </summary>
    private bool IsWorthAnotherTry(AssignedPartition partition, Exception failure)
    {
        var clock = _cluster.Options.TimeProvider;
        if (partition.Failures++ == 0)
        {
            partition.FailingSince = clock.GetTimestamp();
        }

        var mayPass = failure is KafkaException { IsRetriable: true }
            || (failure is UnknownPartitionException && Committed is not null);
        return mayPass && clock.GetElapsedTime(partition.FailingSince) < _cluster.Options.OperationTimeout;
    }

    private void Rest(AssignedPartition partition, Exception failure)
    {
        partition.Fetcher = null;
        partition.Failures = 0;
        _ready.Writer.TryWrite(FetchedChunk.Failed(partition, failure));
    }

    private BrokerFetcher FetcherOf(BrokerAddress address)
    {
        if (!_fetchers.TryGetValue(address, out var fetcher))
        {
            fetcher = new BrokerFetcher(this, address);
            _fetchers.Add(address, fetcher);
            Run(() => fetcher.RunAsync(_closing.Token));
        }

        return fetcher;
    }

    /// <summary>Starts a task that closing waits for.</summary>
    private void Run(Func<Task> work)
    {
        var task = Task.Run(work, CancellationToken.None);
        _running.Add(task);
        _ = task.ContinueWith(
            done =>
            {
                lock (_gate)
                {
                    _running.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }
}
