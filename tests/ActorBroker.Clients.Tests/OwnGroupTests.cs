using System.Text.RegularExpressions;
using ActorBroker.Assignors;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Clients.Tests;

/// <summary>Groups of our own consumers at the real server, by both protocols.</summary>
public sealed class OwnGroupTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Partitions = 6;
    private const int Records = 3000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<GroupProtocol, string> Kinds
    {
        get
        {
            var kinds = new TheoryData<GroupProtocol, string>();
            foreach (var assignor in PartitionAssignors.Classic)
            {
                kinds.Add(GroupProtocol.Classic, assignor.Name);
            }

            foreach (var assignor in PartitionAssignors.Server)
            {
                kinds.Add(GroupProtocol.Consumer, assignor.Name);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_record_is_read_while_members_come_and_go(GroupProtocol protocol, string assignor)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        var options = Options(protocol, assignor);
        await using var run = new GroupRun(client, topic, options);
        run.Start();
        await GroupRun.ProduceAsync(client, topic, 0, Records / 3, Cancel);
        await run.WaitAsync(() => !run.Seen.IsEmpty, Cancel);
        run.Start();
        run.Start();
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 2), Cancel);
        await GroupRun.ProduceAsync(client, topic, Records / 3, Records / 3, Cancel);
        await run.StopAsync(0);
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 3), Cancel);
        await GroupRun.ProduceAsync(client, topic, Records * 2 / 3, Records / 3, Cancel);
        await run.WaitAsync(() => run.Seen.Distinct().Count() == Records, Cancel);

        // All members went in peace: each gave up what it had processed and said so, but for its newest record.
        var handovers = run.Rebalances.Count(each => each.Contains("revoked", StringComparison.Ordinal));
        Assert.InRange(run.Seen.Count, Records, Records + (handovers * Partitions));
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task Members_that_keep_partitions_are_not_stopped(GroupProtocol protocol)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        await using var run = new GroupRun(client, topic, Options(protocol, "cooperative-sticky"));
        run.Start();
        await run.WaitAsync(() => run.Assignments.Single().Count == Partitions, Cancel);
        run.Start();
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 3), Cancel);
        Assert.Single(run.Rebalances, each => each.Contains("revoked", StringComparison.Ordinal));
        var revoked = run.Rebalances.Single(each => each.StartsWith("0 revoked", StringComparison.Ordinal));
        Assert.Equal(3, PartitionsOf(revoked));
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task A_static_member_comes_back_to_its_partitions_without_a_rebalance(GroupProtocol protocol)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        await using var run = new GroupRun(client, topic, Options(protocol, "range"));
        run.Start("one");
        run.Start("two");
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 3), Cancel);
        var before = run.Assignments.First().ToHashSet();
        var rebalances = run.Rebalances.Count(each => each[0] == '1');
        await run.StopAsync(0);
        run.Start("one");
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 3), Cancel);
        Assert.Equal(before, run.Assignments.Last().ToHashSet());
        Assert.Equal(rebalances, run.Rebalances.Count(each => each[0] == '1'));
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task Topics_that_come_later_are_taken_on_by_those_who_match_them(GroupProtocol protocol)
    {
        await using var client = NewClient();
        var prefix = $"many-{Guid.NewGuid():N}";
        await client.Admin.CreateTopicAsync(new NewTopic { Name = $"{prefix}-1", Partitions = 2 }, Cancel);
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Int32, Options(protocol, "range"));
        consumer.Subscribe(new Regex($"^{prefix}-[12]$"));
        await ReadUntilAsync(consumer, () => consumer.Assignment.Count == 2);
        await client.Admin.CreateTopicAsync(new NewTopic { Name = $"{prefix}-2", Partitions = 1 }, Cancel);
        await client.Admin.CreateTopicAsync(new NewTopic { Name = $"{prefix}-3", Partitions = 1 }, Cancel);
        await ReadUntilAsync(consumer, () => consumer.Assignment.Count == 3);
        Assert.Equal([$"{prefix}-1", $"{prefix}-2"], consumer.Subscription);
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task Partitions_that_come_later_are_taken_on(GroupProtocol protocol)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Int32, Options(protocol, "range"));
        consumer.Subscribe([topic]);
        await ReadUntilAsync(consumer, () => consumer.Assignment.Count == Partitions);
        await client.Admin.CreatePartitionsAsync(topic, Partitions + 1, cancel: Cancel);
        await ReadUntilAsync(consumer, () => consumer.Assignment.Count == Partitions + 1);
    }

    [Fact]
    public async Task The_broker_evaluates_patterns()
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        await using var consumer = client.CreateConsumer(
            Deserializers.Utf8, Deserializers.Int32, Options(GroupProtocol.Consumer, "range"));
        IReadOnlyCollection<string>? subscribed = null;
        consumer.Subscribe(new SubscriptionPattern(topic[..^3] + ".*"), new RebalanceHandlers
        {
            Assigned = (_, _) =>
            {
                subscribed = consumer.Subscription;
                return ValueTask.CompletedTask;
            },
        });
        await ReadUntilAsync(consumer, () => consumer.Assignment.Count == Partitions);
        Assert.Equal([topic], subscribed);
        Assert.Equal([topic], consumer.Subscription);
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task What_a_member_had_that_fell_asleep_is_read_by_the_others_and_it_cannot_commit_it(
        GroupProtocol protocol)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        var options = Options(protocol, "range") with { EnableAutoCommit = false };
        await GroupRun.ProduceAsync(client, topic, 0, Records, Cancel);
        var time = new SkippedTime();
        await using var sleepersClient = NewClient(time);
        await using var sleeper = sleepersClient.CreateConsumer(Deserializers.Ignore, Deserializers.Int32, options);
        sleeper.Subscribe([topic]);
        var committed = await sleeper.ReadAllAsync(Cancel).Take(Records / 2).ToListAsync(Cancel);
        await sleeper.CommitAsync(Cancel);
        var uncommitted = await sleeper.ReadAllAsync(Cancel).Take(Records / 4).ToListAsync(Cancel);

        await using var run = new GroupRun(client, topic, options);
        run.Start();
        await run.WaitAsync(
            () =>
            {
                time.Skip(options.MaxPollInterval / 100);
                return run.Seen.Count == Records - committed.Count;
            },
            Cancel);
        Assert.Equal(
            Enumerable.Range(0, Records),
            committed.Select(each => each.Value).Concat(run.Seen).Order());
        Assert.Subset(run.Seen.ToHashSet(), uncommitted.Select(each => each.Value).ToHashSet());
        var refused = await Assert.ThrowsAsync<BrokerErrorException>(() => sleeper.CommitAsync(Cancel));
        Assert.Equal(ErrorCode.UnknownMemberId, refused.Code);
    }

    private static async Task ReadUntilAsync(Consumer<string?, int> consumer, Func<bool> condition)
    {
        while (!condition())
        {
            await consumer.PollAsync(TimeSpan.FromMilliseconds(20), Cancel);
        }
    }

    private static int PartitionsOf(string rebalance) => rebalance.Split(' ').Length - 2;

    private static ConsumerOptions Options(GroupProtocol protocol, string assignor) => new()
    {
        GroupId = $"group-{Guid.NewGuid():N}",
        GroupProtocol = protocol,
        Assignors = [PartitionAssignors.FindClassic(assignor) ?? PartitionAssignors.Range],
        GroupRemoteAssignor = PartitionAssignors.FindServer(assignor)?.Name,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
    };

    private static async Task<string> CreateAsync(KafkaClient client)
    {
        var topic = $"groups-{Guid.NewGuid():N}";
        await client.Admin.CreateTopicAsync(new NewTopic { Name = topic, Partitions = Partitions }, Cancel);
        return topic;
    }

    private KafkaClient NewClient(TimeProvider? time = null) => new(new ClientOptions
    {
        BootstrapServers = server.Bootstrap,
        TimeProvider = time ?? TimeProvider.System,
        MetadataMaxAge = TimeSpan.FromMilliseconds(200),
        OperationTimeout = TimeSpan.FromSeconds(20),
    });
}
