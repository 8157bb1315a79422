using System.Collections.Immutable;
using ActorBroker.Orleans.Tests.Support;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests;

/// <summary>Topics through their grains: what Kafka's administrators can do, and the same refusals.</summary>
public sealed class TopicGrainTests
{
    [Fact]
    public async Task A_topic_is_created_described_altered_and_deleted()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        var topic = silos.Client.GetGrain<ITopicGrain>("orders");

        var created = await topic.CreateAsync(new TopicCreation
        {
            Assignments = [[2, 1], [3, 2]],
            Configs = ImmutableDictionary<string, string?>.Empty.Add("retention.ms", "5000"),
        });
        var described = await topic.DescribeAsync();
        await KafkaText.SendAsync(silos.BootstrapServers, "orders", "a");
        var altered = await topic.AlterAsync(new TopicChange
        {
            Partitions = 3,
            Assignments = [[1, 3]],
            Configs =
            [
                new("retention.ms", null, TopicConfigOperation.Delete),
                new("cleanup.policy", "compact", TopicConfigOperation.Append),
            ],
        });
        var grown = await topic.DescribeAsync();

        Assert.Equal((ErrorCode.None, null), (created.Error, created.Message));
        Assert.Equal((ErrorCode.None, created.TopicId), (described.Error, described.TopicId));
        Assert.Equal(["0: 2 of 2,1 in 2,1 without ", "1: 3 of 3,2 in 3,2 without "], described.Partitions.Select(Text));
        Assert.Equal("5000", Assert.Single(described.Configs).Value);
        Assert.Equal(new TopicAnswer(ErrorCode.None, null, created.TopicId), altered);
        Assert.Equal("2: 1 of 1,3 in 1,3 without ", Text(grown.Partitions[2]));
        Assert.Equal(
            ("cleanup.policy", "delete,compact"),
            Assert.Single(grown.Configs) is var (name, value) ? (name, value) : default);
        Assert.Equal(["a"], await KafkaText.ReadAsync(silos.BootstrapServers, "orders", 1));
        Assert.Equal(created.TopicId, (await topic.DeleteAsync()).TopicId);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await topic.DescribeAsync()).Error);
        await silos.AllKnowAsync(image => image.TopicsByName.IsEmpty);
    }

    [Fact]
    public async Task What_the_broker_refuses_is_answered_by_its_code_and_changes_nothing()
    {
        await using var silos = await BrokerSilos.StartAsync(1);
        var topic = silos.Client.GetGrain<ITopicGrain>("orders");
        var none = ImmutableDictionary<string, string?>.Empty;

        Assert.Equal(ErrorCode.InvalidPartitions, await CreatedAsync(new() { Partitions = 0 }));
        Assert.Equal(ErrorCode.InvalidReplicationFactor, await CreatedAsync(new() { ReplicationFactor = 9 }));
        Assert.Equal(ErrorCode.InvalidRequest, await CreatedAsync(new() { Partitions = 1, Assignments = [[1]] }));
        Assert.Equal(
            ErrorCode.InvalidConfig, await CreatedAsync(new() { Configs = none.Add("retention.ms", "soon") }));
        Assert.Equal(ErrorCode.None, await CreatedAsync(new() { Partitions = 2, ValidateOnly = true }));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await topic.DescribeAsync()).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await topic.DeleteAsync()).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await AlteredAsync(new() { Partitions = 3 }));
        Assert.Equal(
            ErrorCode.InvalidTopicException,
            (await silos.Client.GetGrain<ITopicGrain>("no name").CreateAsync(new())).Error);
        Assert.Equal(
            ErrorCode.InvalidTopicException,
            (await silos.Client.GetGrain<ITopicGrain>("no name").DescribeAsync()).Error);

        Assert.Equal(ErrorCode.None, await CreatedAsync(new() { Partitions = 2 }));
        Assert.Equal(ErrorCode.TopicAlreadyExists, await CreatedAsync(new() { Partitions = 2 }));
        TopicConfigChange set = new("retention.ms", "5000");
        Assert.Equal(ErrorCode.InvalidPartitions, await AlteredAsync(new() { Partitions = 1, Configs = [set] }));
        Assert.Equal(
            ErrorCode.InvalidConfig,
            await AlteredAsync(new() { Partitions = 3, Configs = [set with { Name = "no" }] }));
        Assert.Equal(ErrorCode.InvalidRequest, await AlteredAsync(new() { Configs = [set, set] }));
        Assert.Equal(ErrorCode.InvalidRequest, await AlteredAsync(
            new() { Configs = [set with { Operation = (TopicConfigOperation)9 }] }));
        Assert.Equal(ErrorCode.InvalidRequest, await AlteredAsync(new() { Assignments = [[1]] }));
        Assert.Equal(
            ErrorCode.None, await AlteredAsync(new() { Partitions = 3, Configs = [set], ValidateOnly = true }));

        var described = await topic.DescribeAsync();
        Assert.Equal((2, 0), (described.Partitions.Length, described.Configs.Count));

        async Task<ErrorCode> CreatedAsync(TopicCreation creation) => (await topic.CreateAsync(creation)).Error;

        async Task<ErrorCode> AlteredAsync(TopicChange change) => (await topic.AlterAsync(change)).Error;
    }

    [Fact]
    public async Task There_are_no_transactions_and_nothing_pretends_that_there_are()
    {
        await using var silos = await BrokerSilos.StartAsync(1);

        Assert.Throws<ArgumentException>(() => silos.Client.GetGrain<ITransactionGrain>("payments"));
    }

    private static string Text(TopicPartitionDescription each) =>
        $"{each.Partition}: {each.LeaderId} of {string.Join(',', each.Replicas)} in " +
        $"{string.Join(',', each.InSync)} without {string.Join(',', each.Offline)}";
}
