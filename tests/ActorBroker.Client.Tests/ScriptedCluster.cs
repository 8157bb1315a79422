using System.Collections.Concurrent;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>Some scripted brokers with one topic "t", what they have stored, and how they are to fail.</summary>
internal sealed class ScriptedCluster : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Partition, long Id, short Epoch), int> _nextSequences = [];
    private readonly ConcurrentQueue<Func<Task<Fault>>> _faults = new();
    private readonly List<ScriptedBroker> _brokers = [];

    public ScriptedCluster(int brokers = 1, int partitions = 1)
    {
        _brokers.AddRange(Enumerable.Range(1, brokers).Select(id => new ScriptedBroker(this, id)));
        Leaders = [.. Enumerable.Range(0, partitions).Select(partition => (partition % brokers) + 1)];
    }

    /// <summary>What happens to a produce request.</summary>
    public enum Fault
    {
        None,
        CutBefore,
        CutAfter,
    }

    public string Bootstrap => $"127.0.0.1:{_brokers[0].Port}";

    /// <summary>The leader's id of each partition.</summary>
    public int[] Leaders { get; set; }

    /// <summary>The port that the metadata tell instead of the brokers' own.</summary>
    public int? PortTold { get; set; }

    public bool TellsBrokersTwice { get; init; }

    public short ApiVersionsMax { get; init; } = 3;

    public short ProduceMax { get; init; } = 9;

    /// <summary>The next stored batches are refused with these codes instead.</summary>
    public ConcurrentQueue<ErrorCode> Refusals { get; } = new();

    /// <summary>The text of the stored values, by partition.</summary>
    public ConcurrentDictionary<int, List<string>> Stored { get; } = new();

    /// <summary>The headers' names of the newest stored record.</summary>
    public List<string> NewestHeaders { get; } = [];

    /// <summary>The partitions in each request that came.</summary>
    public ConcurrentQueue<int[]> Requests { get; } = new();

    /// <summary>The versions of the requests that came.</summary>
    public ConcurrentBag<short> ProduceVersions { get; } = [];

    public int ProducerIds { get; private set; }

    public void Next(Fault fault) => _faults.Enqueue(() => Task.FromResult(fault));

    /// <summary>Lets the next produce request wait; <c>SetResult</c> says how it goes on.</summary>
    public TaskCompletionSource<Fault> HoldNext()
    {
        var held = new TaskCompletionSource<Fault>(TaskCreationOptions.RunContinuationsAsynchronously);
        _faults.Enqueue(() => held.Task);
        return held;
    }

    public KafkaClient NewClient(TimeSpan? requestTimeout = null) => new(new ClientOptions
    {
        BootstrapServers = Bootstrap,
        RetryBackoff = TimeSpan.FromMilliseconds(1),
        RetryBackoffMax = TimeSpan.FromMilliseconds(5),
        RequestTimeout = requestTimeout ?? TimeSpan.FromMinutes(1),
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers)
        {
            await broker.DisposeAsync();
        }
    }

    public ApiVersionsResponse Versions() => new()
    {
        ApiKeys =
        [
            new() { ApiKey = (short)ApiKey.Produce, MinVersion = 0, MaxVersion = ProduceMax },
            new() { ApiKey = (short)ApiKey.Metadata, MinVersion = 0, MaxVersion = 5 },
            new() { ApiKey = (short)ApiKey.ApiVersions, MinVersion = 0, MaxVersion = ApiVersionsMax },
            new() { ApiKey = (short)ApiKey.InitProducerId, MinVersion = 0, MaxVersion = 1 },
        ],
    };

    public MetadataResponse Describe() => new()
    {
        Brokers = [.. (TellsBrokersTwice ? [.. _brokers, .. _brokers] : _brokers)
            .Select(broker => new MetadataResponse.MetadataResponseBroker
            {
                NodeId = broker.Id, Host = "127.0.0.1", Port = PortTold ?? broker.Port,
            })],
        ControllerId = 1,
        Topics =
        [
            new()
            {
                Name = "t",
                Partitions = [.. Leaders.Select((leader, index) => new MetadataResponse.MetadataResponsePartition
                {
                    PartitionIndex = index, LeaderId = leader, ReplicaNodes = [leader], IsrNodes = [leader],
                })],
            },
        ],
    };

    public InitProducerIdResponse NewProducer()
    {
        lock (_gate)
        {
            return new InitProducerIdResponse { ProducerId = ++ProducerIds, ProducerEpoch = 0 };
        }
    }

    /// <summary>Stores a request's batches; null cuts the connection.</summary>
    public async Task<ProduceResponse?> ProduceAsync(int broker, ProduceRequest request, short version)
    {
        ProduceVersions.Add(version);
        Requests.Enqueue([.. request.TopicData.SelectMany(topic => topic.PartitionData).Select(each => each.Index)]);
        var fault = _faults.TryDequeue(out var next) ? await next() : Fault.None;
        if (fault == Fault.CutBefore)
        {
            return null;
        }

        var response = new ProduceResponse
        {
            Responses = [.. request.TopicData.Select(topic => new ProduceResponse.TopicProduceResponse
            {
                Name = topic.Name,
                PartitionResponses = [.. topic.PartitionData.Select(data => Store(broker, data))],
            })],
        };
        return fault == Fault.CutAfter ? null : response;
    }

    private ProduceResponse.PartitionProduceResponse Store(int broker, ProduceRequest.PartitionProduceData data)
    {
        lock (_gate)
        {
            var batch = data.Records!.Value;
            Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(batch.Span, out var header));
            if (Refusals.TryDequeue(out var refusal))
            {
                return Answer(data.Index, refusal);
            }

            if (Leaders[data.Index] != broker)
            {
                return Answer(data.Index, ErrorCode.NotLeaderOrFollower);
            }

            if (header.HasProducerId)
            {
                var key = (data.Index, header.ProducerId, header.ProducerEpoch);
                var expected = _nextSequences.GetValueOrDefault(key);
                if (header.BaseSequence != expected)
                {
                    return Answer(data.Index, header.BaseSequence < expected
                        ? ErrorCode.DuplicateSequenceNumber
                        : ErrorCode.OutOfOrderSequenceNumber);
                }

                _nextSequences[key] = expected + header.RecordCount;
            }

            var stored = Stored.GetOrAdd(data.Index, _ => []);
            var baseOffset = stored.Count;
            var reader = new RecordReader(batch.Span[RecordBatchHeader.Size..], header.RecordCount);
            while (reader.MoveNext())
            {
                stored.Add(System.Text.Encoding.UTF8.GetString(reader.Value));
                NewestHeaders.Clear();
                var headers = reader.Headers;
                while (headers.MoveNext())
                {
                    NewestHeaders.Add(System.Text.Encoding.UTF8.GetString(headers.Key));
                }
            }

            return Answer(data.Index, ErrorCode.None, baseOffset);
        }
    }

    private static ProduceResponse.PartitionProduceResponse Answer(int partition, ErrorCode code, long offset = -1) =>
        new() { Index = partition, ErrorCode = code, BaseOffset = offset, ErrorMessage = null };
}
