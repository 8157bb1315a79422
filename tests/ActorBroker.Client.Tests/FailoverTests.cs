using ActorBroker.Client.Cluster;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>
/// What a client does when a broker that it relies on is deposed, or answers no more. Topic "t" has one partition; who
/// leads it is for the test to say.
/// </summary>
public sealed class FailoverTests : TwoBrokerTests
{
    private readonly StillTime _time = new();
    private int _leader = 1;
    private int _epoch;

    /// <summary>Two brokers; topic "t" has one partition, which metadata say is led by <see cref="_leader"/>.</summary>
    public FailoverTests()
        : base(static (first, second) => OptionsFor($"{first},{second}"))
    {
        Both<InitProducerIdRequest, InitProducerIdResponse>(
            static (_, _) => new InitProducerIdResponse { ProducerId = 7 });
        Second.Answer<ProduceRequest, ProduceResponse>(_ => Produced(ErrorCode.None));
    }

    [Fact]
    public async Task A_producer_goes_where_a_deposed_leader_says_without_a_pause_or_a_question()
    {
        First.Answer<ProduceRequest, ProduceResponse>(_ =>
        {
            var refused = Produced(ErrorCode.NotLeaderOrFollower);
            refused.Responses[0].PartitionResponses[0].CurrentLeader = new() { LeaderId = 2, LeaderEpoch = 5 };
            refused.NodeEndpoints = [new() { NodeId = 2, Host = "127.0.0.1", Port = Second.Port }];
            return refused;
        });
        await using var client = NewStillClient();
        await using var producer = NewProducer(client);

        var stored = await producer.ProduceAsync("t", new Message<string?, string?>(null, "x"), Cancel);

        Assert.Equal(40, stored.Offset);
        Assert.Equal((1, 1), (First.CountOf(ApiKey.Produce), Second.CountOf(ApiKey.Produce)));
        Assert.Equal(1, First.CountOf(ApiKey.Metadata) + Second.CountOf(ApiKey.Metadata));
    }

    [Fact]
    public async Task A_broker_that_is_behind_does_not_bring_a_deposed_leader_back()
    {
        await using var cluster = new ClusterClient(new ClientOptions { BootstrapServers = First.Address });
        (_leader, _epoch) = (2, 5);
        await cluster.TopicsAsync(["t"], Cancel);
        (_leader, _epoch) = (1, 4);
        await cluster.TopicsAsync(["t"], Cancel);

        var leader = await cluster.FindLeaderAsync("t", 0, autoCreate: false, Cancel);
        Assert.Equal((Second.Port, 5), (leader.Address.Port, leader.Epoch));
    }

    [Fact]
    public async Task A_batch_that_a_stopped_leader_keeps_goes_to_the_next_leader()
    {
        var stopped = new TaskCompletionSource<ProduceResponse?>();
        First.AnswerLater<ProduceRequest, ProduceResponse>((_, _) =>
        {
            (_leader, _epoch) = (2, 1);
            return stopped.Task;
        });
        await using var producer = NewProducer(Client);
        try
        {
            // The pause before the second try is a minute unless the new leader is known by then.
            var stored = await producer.ProduceAsync("t", new Message<string?, string?>(null, "x"), Cancel);
            Assert.Equal(40, stored.Offset);
        }
        finally
        {
            stopped.SetResult(null);
        }
    }

    [Fact]
    public async Task What_any_broker_can_tell_is_asked_of_another_when_the_first_does_not_answer()
    {
        var stopped = new TaskCompletionSource<MetadataResponse?>();
        First.AnswerLater<MetadataRequest, MetadataResponse>((_, _) => stopped.Task);
        try
        {
            await using var client = NewStillClient();
            var asking = client.Admin.ListTopicsAsync(Cancel);
            while (!asking.IsCompleted)
            {
                // Only the first one is waited for no longer than this.
                _time.Ring(LateAnswer.Patience);
                await Task.Delay(1, Cancel);
            }

            Assert.Equal("t", (await asking)[0].Name);
            Assert.Equal("t", (await client.Admin.ListTopicsAsync(Cancel))[0].Name);

            // Whoever was slow once is not waited for again.
            Assert.Equal((1, 2), (First.CountOf(ApiKey.Metadata), Second.CountOf(ApiKey.Metadata)));
        }
        finally
        {
            stopped.SetResult(null);
        }
    }

    private static ProduceResponse Produced(ErrorCode error) => new()
    {
        Responses =
        [
            new()
            {
                Name = "t",
                PartitionResponses = [new() { Index = 0, ErrorCode = error, BaseOffset = error == 0 ? 40 : -1 }],
            },
        ],
    };

    private static ClientOptions OptionsFor(string bootstrap) => new()
    {
        BootstrapServers = bootstrap,
        RetryBackoff = TimeSpan.FromMinutes(1),
        RetryBackoffMax = TimeSpan.FromMinutes(1),
        RequestTimeout = TimeSpan.FromMinutes(5),
    };

    /// <summary>For it no answer is late, unless the test says so.</summary>
    private KafkaClient NewStillClient() =>
        new(OptionsFor($"{First.Address},{Second.Address}") with { TimeProvider = _time });

    private static Producer<string?, string?> NewProducer(KafkaClient client) =>
        client.CreateProducer(Serializers.Utf8, Serializers.Utf8, new ProducerOptions { Linger = TimeSpan.Zero });

    private protected override MetadataResponse Describe(MetadataRequest request) => new()
    {
        Brokers = [First.Described, Second.Described],
        ControllerId = 1,
        Topics =
        [
            new()
            {
                Name = "t",
                Partitions =
                [
                    new() { LeaderId = _leader, LeaderEpoch = _epoch, ReplicaNodes = [1, 2], IsrNodes = [1, 2] },
                ],
            },
        ],
    };
}
