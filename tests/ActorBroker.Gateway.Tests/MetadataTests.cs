using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>Metadata's rules: all topics, creation on demand, names and ids.</summary>
public sealed class MetadataTests
{
    [Fact]
    public async Task All_topics_are_an_empty_list_in_the_first_version_and_null_later()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("a", partitions: 2);
        await host.CreateTopicAsync("b");
        using var connection = await host.ConnectAsync();
        Assert.Equal(2, (await AskAsync(connection, new() { Topics = [] }, 0)).Topics.Count);
        Assert.Empty((await AskAsync(connection, new() { Topics = [] }, 1)).Topics);
        for (short version = 1; version <= 13; version++)
        {
            var all = await AskAsync(connection, new() { Topics = null }, version);
            Assert.Equal(["a", "b"], all.Topics.Select(topic => topic.Name));
            Assert.Equal([0, 1], all.Topics[0].Partitions.Select(partition => partition.PartitionIndex));
            Assert.All(all.Topics[0].Partitions, partition => Assert.Equal(host.Node.BrokerId, partition.LeaderId));
        }
    }

    [Fact]
    public async Task A_missing_topic_is_created_only_where_broker_and_request_allow_it()
    {
        await using var host = await GatewayHost.StartAsync("num.partitions=3");
        using var connection = await host.ConnectAsync();
        var refused = await AskAsync(connection, Named("no", allowCreation: false), 4);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, refused.Topics[0].ErrorCode);
        var old = await AskAsync(connection, Named("old", allowCreation: true), 1);
        Assert.Equal((ErrorCode.None, 3), (old.Topics[0].ErrorCode, old.Topics[0].Partitions.Count));
        var created = await AskAsync(connection, Named("new", allowCreation: true), 12);
        Assert.Equal(ErrorCode.None, created.Topics[0].ErrorCode);
        Assert.NotEqual(Guid.Empty, created.Topics[0].TopicId);
        var bad = await AskAsync(connection, Named("bad name", allowCreation: true), 12);
        Assert.Equal(ErrorCode.InvalidTopicException, bad.Topics[0].ErrorCode);
    }

    [Fact]
    public async Task A_broker_that_creates_no_topics_on_demand_says_that_they_are_unknown()
    {
        await using var host = await GatewayHost.StartAsync("auto.create.topics.enable=false");
        using var connection = await host.ConnectAsync();
        var response = await AskAsync(connection, Named("t", allowCreation: true), 9);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, response.Topics[0].ErrorCode);
    }

    [Fact]
    public async Task Topics_are_found_by_id_from_version_twelve_on()
    {
        await using var host = await GatewayHost.StartAsync();
        var id = await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        Assert.Equal("t", (await AskAsync(connection, ById(id), 12)).Topics[0].Name);
        var unknown = await AskAsync(connection, ById(Guid.NewGuid()), 12);
        Assert.Equal((ErrorCode.UnknownTopicId, null), (unknown.Topics[0].ErrorCode, unknown.Topics[0].Name));
        Assert.Equal(ErrorCode.InvalidRequest, (await AskAsync(connection, ById(id), 11)).Topics[0].ErrorCode);
    }

    [Fact]
    public async Task Authorized_operations_are_told_only_when_asked_for()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        var unasked = await AskAsync(connection, new() { Topics = null }, 8);
        Assert.Equal(int.MinValue, unasked.ClusterAuthorizedOperations);
        Assert.Equal(int.MinValue, unasked.Topics[0].TopicAuthorizedOperations);
        var asked = await AskAsync(
            connection,
            new()
            {
                Topics = null,
                IncludeClusterAuthorizedOperations = true,
                IncludeTopicAuthorizedOperations = true,
            },
            8);
        Assert.Equal((8096, 3576), (asked.ClusterAuthorizedOperations, asked.Topics[0].TopicAuthorizedOperations));
    }

    private static MetadataRequest Named(string name, bool allowCreation) =>
        new() { Topics = [new() { Name = name }], AllowAutoTopicCreation = allowCreation };

    private static MetadataRequest ById(Guid id) => new() { Topics = [new() { Name = null, TopicId = id }] };

    private static Task<MetadataResponse> AskAsync(TestConnection connection, MetadataRequest request, short version) =>
        connection.AskAsync<MetadataRequest, MetadataResponse>(request, version);
}
