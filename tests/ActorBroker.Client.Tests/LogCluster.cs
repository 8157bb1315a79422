using System.Collections.Concurrent;
using System.Text;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>
/// Brokers with logs in memory, for consumers: metadata, offsets, epochs and fetches, with sessions and long polls. A
/// test moves leaders, cuts logs and says how fetches are to fail.
/// </summary>
internal sealed class LogCluster : IAsyncDisposable
{
    public const string Topic = "t";

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<Func<FetchRequest, FetchResponse?>> _faults = new();
    private readonly Dictionary<int, Dictionary<int, FetchRequest.FetchPartition>> _sessions = [];
    private TaskCompletionSource _changed = NewSignal();

    public LogCluster(int brokers = 1, int partitions = 1, short fetchVersion = 17)
    {
        Brokers = [.. Enumerable.Range(1, brokers).Select(id => new FakeBroker(id))];
        Logs = [.. Enumerable.Range(0, partitions).Select(
            index => new LogPartition { Leader = (index % brokers) + 1 })];
        foreach (var broker in Brokers)
        {
            broker.Answer<MetadataRequest, MetadataResponse>(Describe);
            broker.Answer<ListOffsetsRequest, ListOffsetsResponse>(FindOffsets);
            broker.Answer<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(FindEpochs);
            broker.AnswerLater<FetchRequest, FetchResponse>(
                (request, version) => FetchAsync(broker.Id, request, version), fetchVersion);
        }
    }

    public FakeBroker[] Brokers { get; }

    public LogPartition[] Logs { get; private set; }

    public Guid TopicId { get; set; } = Guid.NewGuid();

    public bool OffersSessions { get; init; } = true;

    /// <summary>The fetches that came, with the broker's id.</summary>
    public ConcurrentQueue<(int Broker, FetchRequest Request, short Version)> Fetches { get; } = new();

    public KafkaClient NewClient(TimeProvider? time = null, TimeSpan? requestTimeout = null) => new(new ClientOptions
    {
        BootstrapServers = Brokers[0].Address,
        RetryBackoff = TimeSpan.FromMilliseconds(1),
        RetryBackoffMax = TimeSpan.FromMilliseconds(5),
        RequestTimeout = requestTimeout ?? TimeSpan.FromMinutes(1),
        TimeProvider = time ?? TimeProvider.System,
    });

    /// <summary>The topic grows by a partition.</summary>
    public void Grow()
    {
        lock (_gate)
        {
            Logs = [.. Logs, new LogPartition { Leader = 1 }];
        }
    }

    /// <summary>The next fetch is answered so; null cuts the connection.</summary>
    public void NextFetch(Func<FetchRequest, FetchResponse?> answer) => _faults.Enqueue(answer);

    /// <summary>The next fetch is answered with an error of one partition.</summary>
    public void RefuseNextFetch(ErrorCode code, int partition = 0) => NextFetch(_ => Reply(
        0, new FetchResponse.PartitionData { PartitionIndex = partition, ErrorCode = code }));

    public FetchResponse Reply(int sessionId, params FetchResponse.PartitionData[] partitions) => new()
    {
        SessionId = sessionId,
        Responses = [new() { Topic = Topic, TopicId = TopicId, Partitions = [.. partitions] }],
    };

    /// <summary>Appends one batch of text values.</summary>
    public void Append(int partition, params string[] values) => Append(partition, new RecordBatchOptions(), values);

    public void Append(int partition, RecordBatchOptions options, params string[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (var value in values)
        {
            builder.Append(1_700_000_000_000, null, Encoding.UTF8.GetBytes(value));
        }

        AppendBatch(partition, builder.Build(options).ToArray());
    }

    /// <summary>Appends a batch as it is; only the base offset and the epoch are set.</summary>
    public void AppendBatch(int partition, byte[] batch)
    {
        lock (_gate)
        {
            var log = Logs[partition];
            RecordBatch.SetBaseOffset(batch, log.End);
            RecordBatch.SetLeaderEpoch(batch, log.Epoch);
            Assert.True(RecordBatchHeader.TryRead(batch, out var header));
            log.Batches.Add((header.BaseOffset, header.NextOffset, batch));
            _changed.TrySetResult();
            _changed = NewSignal();
        }
    }

    /// <summary>Another broker leads the partition, in a new epoch, and perhaps with less of the log.</summary>
    public void MoveLeader(int partition, int leader, long? cutAt = null)
    {
        lock (_gate)
        {
            var log = Logs[partition];
            log.Leader = leader;
            log.EpochEnds[log.Epoch] = cutAt ?? log.End;
            log.Epoch++;
            log.Batches.RemoveAll(batch => batch.Next > cutAt);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _changed.TrySetResult();
        foreach (var broker in Brokers)
        {
            await broker.DisposeAsync();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MetadataResponse Describe(MetadataRequest request) => new()
    {
        Brokers = [.. Brokers.Select(broker => broker.Described)],
        ControllerId = 1,
        Topics =
        [
            new()
            {
                Name = Topic,
                TopicId = TopicId,
                Partitions = [.. Logs.Select((log, index) => new MetadataResponse.MetadataResponsePartition
                {
                    PartitionIndex = index,
                    LeaderId = log.Leader,
                    LeaderEpoch = log.Epoch,
                    ReplicaNodes = [log.Leader],
                    IsrNodes = [log.Leader],
                })],
            },
        ],
    };

    private ListOffsetsResponse FindOffsets(ListOffsetsRequest request) => new()
    {
        Topics =
        [
            new()
            {
                Name = Topic,
                Partitions = [.. request.Topics[0].Partitions.Select(
                    asked => new ListOffsetsResponse.ListOffsetsPartitionResponse
                    {
                        PartitionIndex = asked.PartitionIndex,
                        Offset = asked.Timestamp == -2 ? Logs[asked.PartitionIndex].Start
                            : asked.Timestamp == -1 ? Logs[asked.PartitionIndex].End
                            : -1,
                    })],
            },
        ],
    };

    private OffsetForLeaderEpochResponse FindEpochs(OffsetForLeaderEpochRequest request)
    {
        var asked = request.Topics[0].Partitions[0];
        var log = Logs[asked.Partition];
        return new OffsetForLeaderEpochResponse
        {
            Topics =
            [
                new()
                {
                    Topic = Topic,
                    Partitions =
                    [
                        new()
                        {
                            Partition = asked.Partition,
                            LeaderEpoch = asked.LeaderEpoch,
                            EndOffset = log.EpochEnds.GetValueOrDefault(asked.LeaderEpoch, log.End),
                        },
                    ],
                },
            ],
        };
    }

    private async Task<FetchResponse?> FetchAsync(int broker, FetchRequest request, short version)
    {
        Fetches.Enqueue((broker, request, version));
        if (_faults.TryDequeue(out var fault))
        {
            // The session goes on: it has learnt what the request says.
            int sessionId;
            lock (_gate)
            {
                sessionId = Answer(broker, request).SessionId;
            }

            var told = fault(request);
            if (told is { ErrorCode: ErrorCode.None })
            {
                told.SessionId = sessionId;
            }

            return told;
        }

        while (true)
        {
            Task changed;
            FetchResponse response;
            lock (_gate)
            {
                changed = _changed.Task;
                response = Answer(broker, request);
            }

            if (response.Responses.SelectMany(each => each.Partitions).Any(IsWorthTelling) || request.MaxWaitMs == 0)
            {
                return response;
            }

            request.MaxWaitMs = 0;
            await Task.WhenAny(changed, Task.Delay(100, TestContext.Current.CancellationToken));
        }
    }

    private static bool IsWorthTelling(FetchResponse.PartitionData partition) =>
        partition.ErrorCode != ErrorCode.None || partition.Records is { IsEmpty: false };

    private FetchResponse Answer(int broker, FetchRequest request)
    {
        var asked = request.Topics.SelectMany(topic => topic.Partitions).ToList();
        var sessionId = 0;
        if (OffersSessions && request.SessionEpoch >= 0)
        {
            sessionId = request.SessionId == 0 ? _sessions.Count + 1 : request.SessionId;
            if (!_sessions.TryGetValue(sessionId, out var session))
            {
                _sessions.Add(sessionId, session = []);
            }

            asked.ForEach(each => session[each.Partition] = each);
            foreach (var forgotten in request.ForgottenTopicsData.SelectMany(each => each.Partitions))
            {
                session.Remove(forgotten);
            }

            asked = [.. session.Values];
        }

        var isFull = request.SessionEpoch <= 0;
        return Reply(sessionId, [.. asked.Select(each => Answer(broker, each)).Where(
            each => isFull || IsWorthTelling(each))]);
    }

    private FetchResponse.PartitionData Answer(int broker, FetchRequest.FetchPartition asked)
    {
        var log = Logs[asked.Partition];
        var answer = new FetchResponse.PartitionData
        {
            PartitionIndex = asked.Partition,
            HighWatermark = log.End,
            LastStableOffset = log.End,
            LogStartOffset = log.Start,
            AbortedTransactions = log.Aborted,
        };
        if (log.Leader != broker)
        {
            answer.ErrorCode = ErrorCode.NotLeaderOrFollower;
        }
        else if (asked.CurrentLeaderEpoch >= 0 && asked.CurrentLeaderEpoch < log.Epoch)
        {
            answer.ErrorCode = ErrorCode.FencedLeaderEpoch;
        }
        else if (asked.FetchOffset < log.Start || asked.FetchOffset > log.End)
        {
            answer.ErrorCode = ErrorCode.OffsetOutOfRange;
        }
        else
        {
            answer.Records = Read(log, asked);
        }

        return answer;
    }

    /// <summary>At least one batch, and then as much as was asked for: the last one may be cut off.</summary>
    private static ReadOnlyMemory<byte> Read(LogPartition log, FetchRequest.FetchPartition asked)
    {
        var batches = log.Batches.Where(batch => batch.Next > asked.FetchOffset).Select(batch => batch.Bytes).ToList();
        var bytes = batches.SelectMany(batch => batch).ToArray();
        var wanted = Math.Max(asked.PartitionMaxBytes, batches.FirstOrDefault()?.Length ?? 0);
        return bytes.AsMemory(0, Math.Min(bytes.Length, wanted));
    }
}
