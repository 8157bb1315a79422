using ActorBroker.Client;
using ActorBroker.Records;
using ActorBroker.Server;
using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests.Failover;

/// <summary>Our own client at three brokers, of which one is always about to go.</summary>
public sealed class OwnClientFailoverTests
{
    private const string Topic = "ride";
    private const string OffsetsTopic = "__consumer_offsets";
    private const int Partitions = 3;

    private static readonly EmbeddedClusterOptions Options = new()
    {
        Settings = new Dictionary<string, string>
        {
            ["min.insync.replicas"] = "2",
            ["offsets.topic.num.partitions"] = "1",
            ["group.initial.rebalance.delay.ms"] = "100",
        },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task Producing_and_reading_go_on_through_a_crash_a_pause_and_a_stop(GroupProtocol protocol)
    {
        using var ports = ReservedPort.Take(3);
        await using var cluster = await EmbeddedCluster.StartAsync(3, Options with { Port = ports.Port }, Cancel);
        await cluster.CreateTopicAsync(Topic, Partitions, cancel: Cancel);
        await using var client = NewClient(cluster);
        await using var numbers = new NumberRun(client, Topic);
        await using var group = new GroupRun(client, Topic, ConsumerOptions(protocol));
        group.Start("static");
        group.Start();
        await GoOnAsync();

        var leader = await cluster.LeaderOfAsync(Topic, 0, Cancel);
        await cluster.CrashAsync(leader, Cancel);
        await GoOnAsync();
        await cluster.RestartAsync(leader, Cancel);
        await InSyncAsync(client);

        var coordinator = await cluster.LeaderOfAsync(OffsetsTopic, 0, Cancel);
        await cluster.PauseAsync(coordinator, Cancel);
        await GoOnAsync();
        await cluster.ResumeAsync(coordinator, Cancel);
        await InSyncAsync(client);

        coordinator = await cluster.LeaderOfAsync(OffsetsTopic, 0, Cancel);
        await cluster.StopAsync(coordinator, Cancel);
        await GoOnAsync();
        await cluster.RestartAsync(coordinator, Cancel);

        var sent = await numbers.StopAsync();
        await group.WaitAsync(() => group.Seen.Distinct().Count() == sent, Cancel);
        Assert.Equal(Enumerable.Range(0, sent), (await ReadAllAsync(client)).Order());

        async Task GoOnAsync()
        {
            var seen = group.Seen.Count + 200;
            await numbers.GoOnAsync(200, Cancel);
            await group.WaitAsync(() => group.Seen.Count >= seen, Cancel);
        }
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task What_is_committed_and_who_is_a_member_outlive_the_coordinator(GroupProtocol protocol)
    {
        using var ports = ReservedPort.Take(3);
        await using var cluster = await EmbeddedCluster.StartAsync(3, Options with { Port = ports.Port }, Cancel);
        await cluster.CreateTopicAsync(Topic, Partitions, cancel: Cancel);
        await using var client = NewClient(cluster);
        await using var group = new GroupRun(client, Topic, ConsumerOptions(protocol));
        group.Start("static");
        group.Start();
        await group.WaitAsync(
            () => group.Assignments.Sum(each => each.Count) == Partitions &&
                group.Assignments.All(each => each.Count > 0),
            Cancel);
        await GroupRun.ProduceAsync(client, Topic, 0, 300, Cancel);
        await group.WaitAsync(() => group.Seen.Count == 300, Cancel);
        var id = ConsumerOptions(protocol).GroupId!;
        await CommittedAsync(client, id, 300);
        var before = await MembersAsync(client, id);
        var rebalances = group.Rebalances.ToList();

        var coordinator = await cluster.LeaderOfAsync(OffsetsTopic, 0, Cancel);
        await cluster.CrashAsync(coordinator, Cancel);
        await GroupRun.ProduceAsync(client, Topic, 300, 300, Cancel);
        await group.WaitAsync(() => group.Seen.Count >= 600, Cancel);
        await CommittedAsync(client, id, 600);

        Assert.NotEqual(coordinator, await cluster.LeaderOfAsync(OffsetsTopic, 0, Cancel));
        Assert.Equal(before, await MembersAsync(client, id));
        Assert.Equal(rebalances, group.Rebalances);
        Assert.Equal(Enumerable.Range(0, 600), group.Seen.Order());
    }

    [Fact]
    public async Task Partitions_move_are_led_as_preferred_and_leave_a_broker_that_is_taken_away()
    {
        using var ports = ReservedPort.Take(4);
        await using var cluster = await EmbeddedCluster.StartAsync(4, Options with { Port = ports.Port }, Cancel);
        await using var client = NewClient(cluster);
        await client.Admin.CreateTopicAsync(new NewTopic { Name = Topic, Assignments = [[4, 1, 2]] }, Cancel);
        await GroupRun.ProduceAsync(client, Topic, 0, 100, Cancel);

        await cluster.CrashAsync(4, Cancel);
        await ProcessCluster.UntilAsync(
            "another leads", async () => (await DescribeAsync(client)).LeaderId is 1 or 2);
        await cluster.RestartAsync(4, Cancel);
        await InSyncAsync(client);
        var elected = await client.Admin.ElectLeadersAsync(
            ElectionType.Preferred, [new TopicPartition(Topic, 0)], Cancel);
        Assert.True(Assert.Single(elected).Error is ErrorCode.None or ErrorCode.ElectionNotNeeded);
        await ProcessCluster.UntilAsync(
            "the preferred replica leads", async () => (await DescribeAsync(client)).LeaderId == 4);

        await client.Admin.AlterPartitionReassignmentsAsync(
            new Dictionary<TopicPartition, IReadOnlyList<int>?> { [new(Topic, 0)] = [3, 1, 2] }, Cancel);
        await ProcessCluster.UntilAsync(
            "nothing is on the move",
            async () => (await client.Admin.ListPartitionReassignmentsAsync(null, Cancel)).Count == 0);

        // Any broker may be asked, also one that hears of a change a moment later than the one that made it.
        await ProcessCluster.UntilAsync("the partition lies where it was moved to", async () =>
        {
            var moved = await DescribeAsync(client);
            return moved.Replicas.SequenceEqual([3, 1, 2]) && moved.LeaderId != 4 &&
                moved.InSyncReplicas.Order().SequenceEqual([1, 2, 3]);
        });

        await cluster.StopAsync(4, Cancel);
        await client.Admin.UnregisterBrokerAsync(4, Cancel);
        await ProcessCluster.UntilAsync(
            "three brokers are left",
            async () => (await client.Admin.DescribeClusterAsync(Cancel)).Brokers.Select(each => each.Id)
                .SequenceEqual([1, 2, 3]));
        Assert.Equal(Enumerable.Range(0, 100), (await ReadAllAsync(client)).Order());
    }

    private static KafkaClient NewClient(EmbeddedCluster cluster) =>
        new(new ClientOptions { BootstrapServers = cluster.BootstrapServers });

    private static ConsumerOptions ConsumerOptions(GroupProtocol protocol) => new()
    {
        GroupId = "riders",
        GroupProtocol = protocol,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        AutoCommitInterval = TimeSpan.FromMilliseconds(100),
    };

    private static async Task<PartitionDescription> DescribeAsync(KafkaClient client) =>
        (await client.Admin.DescribeTopicAsync(Topic, Cancel)).Partitions[0];

    private static Task InSyncAsync(KafkaClient client) => ProcessCluster.UntilAsync(
        "everything is in sync",
        async () => (await client.Admin.ListTopicsAsync(Cancel)).SelectMany(topic => topic.Partitions)
            .All(partition => partition.InSyncReplicas.Count == partition.Replicas.Count));

    private static Task CommittedAsync(KafkaClient client, string group, int count) => ProcessCluster.UntilAsync(
        $"{count} records are committed",
        async () => (await client.Admin.ListGroupOffsetsAsync(group, cancel: Cancel))
            .Values.Sum(each => each.Offset) == count);

    private static async Task<List<string>> MembersAsync(KafkaClient client, string group) =>
        [.. (await client.Admin.DescribeGroupAsync(group, Cancel)).Members
            .Select(each => $"{each.MemberId} {each.InstanceId}").Order()];

    private static async Task<List<int>> ReadAllAsync(KafkaClient client)
    {
        var numbers = new List<int>();
        var topic = await client.Admin.DescribeTopicAsync(Topic, Cancel);
        foreach (var partition in topic.Partitions.Select(each => each.Partition))
        {
            var end = await client.Admin.FindOffsetAsync(Topic, partition, StartPosition.Latest, Cancel);
            await using var consumer = client.CreateConsumer(Deserializers.Ignore, Deserializers.Int32);
            consumer.Assign(new TopicPartition(Topic, partition), StartPosition.Earliest);
            numbers.AddRange(await consumer.ReadAllAsync(Cancel).Take((int)end).Select(each => each.Value)
                .ToListAsync(Cancel));
        }

        return numbers;
    }
}
