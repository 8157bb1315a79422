using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>The administrators' APIs: that each does what it says, and refuses what it must.</summary>
public sealed class AdminTests
{
    [Fact]
    public async Task Topics_are_created_grown_described_in_pages_and_deleted()
    {
        await using var host = await GatewayHost.StartAsync();
        using var connection = await host.ConnectAsync();
        var created = await connection.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new() { Topics = [Topic("t", 2), Topic("twice", 1), Topic("twice", 1), Topic("bad name", 1)] }, 7);
        var rows = created.Topics.ToDictionary(row => row.Name);
        var made = rows["t"];
        Assert.Equal((ErrorCode.None, 2, 1), (made.ErrorCode, made.NumPartitions, made.ReplicationFactor));
        Assert.Contains(made.Configs!, config => config.Name == "retention.ms");
        Assert.Equal(ErrorCode.InvalidRequest, rows["twice"].ErrorCode);
        Assert.Equal(ErrorCode.InvalidTopicException, rows["bad name"].ErrorCode);

        var grown = await connection.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
            new() { Topics = [new() { Name = "t", Count = 5, Assignments = null }] }, 3);
        Assert.Equal(ErrorCode.None, grown.Results[0].ErrorCode);

        var page = await connection.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
            new() { Topics = [new() { Name = "t" }], ResponsePartitionLimit = 3 }, 0);
        Assert.Equal([0, 1, 2], page.Topics[0].Partitions.Select(each => each.PartitionIndex));
        var rest = await connection.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
            new()
            {
                Topics = [new() { Name = "t" }],
                Cursor = new()
                {
                    TopicName = page.NextCursor!.TopicName,
                    PartitionIndex = page.NextCursor.PartitionIndex,
                },
            },
            0);
        Assert.Equal([3, 4], rest.Topics[0].Partitions.Select(each => each.PartitionIndex));
        Assert.Null(rest.NextCursor);

        var deleted = await connection.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new() { Topics = [new() { Name = null, TopicId = made.TopicId }, new() { Name = "absent" }] }, 6);
        Assert.Contains(deleted.Responses, row => row is { Name: "t", ErrorCode: ErrorCode.None });
        Assert.Contains(
            deleted.Responses, row => row is { Name: "absent", ErrorCode: ErrorCode.UnknownTopicOrPartition });
    }

    [Fact]
    public async Task Deletion_that_is_switched_off_is_told_by_the_code_of_the_version()
    {
        await using var host = await GatewayHost.StartAsync("delete.topic.enable=false");
        await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        foreach (var (version, error) in new[] { (2, ErrorCode.InvalidRequest), (3, ErrorCode.TopicDeletionDisabled) })
        {
            var response = await connection.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
                new() { TopicNames = ["t"] }, (short)version);
            Assert.Equal(error, response.Responses[0].ErrorCode);
        }
    }

    [Fact]
    public async Task Configs_are_altered_one_by_one_or_replaced_and_described_with_their_source()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        var altered = await connection.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new()
            {
                Resources =
                [
                    new()
                    {
                        ResourceType = 2,
                        ResourceName = "t",
                        Configs = [new() { Name = "retention.ms", Value = "5000" }],
                    },
                    new() { ResourceType = 2, ResourceName = "t", Configs = [new() { Name = "no.such", Value = "1" }] },
                    new() { ResourceType = 99, ResourceName = "t" },
                ],
            },
            1);
        Assert.Equal(ErrorCode.None, altered.Responses[0].ErrorCode);
        Assert.NotEqual(ErrorCode.None, altered.Responses[1].ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequest, altered.Responses[2].ErrorCode);
        Assert.Equal(("5000", 1), await RetentionAsync(connection));

        var replaced = await connection.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(
            new()
            {
                Resources =
                [
                    new()
                    {
                        ResourceType = 2,
                        ResourceName = "t",
                        Configs = [new() { Name = "segment.ms", Value = "99999" }],
                    },
                ],
            },
            2);
        Assert.Equal(ErrorCode.None, replaced.Responses[0].ErrorCode);
        Assert.Equal(("604800000", 5), await RetentionAsync(connection));
    }

    [Fact]
    public async Task Offsets_are_found_by_end_start_and_time_and_records_are_deleted()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000;
        await connection.AskAsync<ProduceRequest, ProduceResponse>(
            Requests.Produce("t", Requests.Batch("a", "b", "c")), 9);
        Assert.Equal((ErrorCode.None, 3), await OffsetAsync(connection, -1, 10));
        Assert.Equal((ErrorCode.None, 0), await OffsetAsync(connection, -2, 10));
        Assert.Equal((ErrorCode.None, 0), await OffsetAsync(connection, before, 1));
        Assert.Equal((ErrorCode.None, -1), await OffsetAsync(connection, before + 3_600_000, 1));
        Assert.Equal((ErrorCode.UnsupportedVersion, -1), await OffsetAsync(connection, -3, 6));
        Assert.Equal(ErrorCode.None, (await OffsetAsync(connection, -3, 7)).Error);

        var deleted = await connection.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(
            new() { Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Offset = 2 }] }] }, 2);
        Assert.Equal(2, deleted.Topics[0].Partitions[0].LowWatermark);
        Assert.Equal((ErrorCode.None, 2), await OffsetAsync(connection, -2, 10));
    }

    [Fact]
    public async Task Producer_ids_are_given_out_once_each_and_transactions_are_refused()
    {
        await using var host = await GatewayHost.StartAsync();
        using var connection = await host.ConnectAsync();
        var ids = new HashSet<long>();
        for (var number = 0; number < 5; number++)
        {
            var given = await connection.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
                new() { TransactionalId = null }, 5);
            Assert.Equal(ErrorCode.None, given.ErrorCode);
            Assert.True(ids.Add(given.ProducerId));
        }

        var refused = await connection.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new() { TransactionalId = "tx" }, 5);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, refused.ErrorCode);
    }

    private static CreateTopicsRequest.CreatableTopic Topic(string name, int partitions) =>
        new() { Name = name, NumPartitions = partitions, ReplicationFactor = 1 };

    private static async Task<(string? Value, int Source)> RetentionAsync(TestConnection connection)
    {
        var response = await connection.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new()
            {
                Resources = [new() { ResourceType = 2, ResourceName = "t", ConfigurationKeys = ["retention.ms"] }],
                IncludeSynonyms = true,
            },
            4);
        var config = Assert.Single(response.Results[0].Configs);
        return (config.Value, config.ConfigSource);
    }

    private static async Task<(ErrorCode Error, long Offset)> OffsetAsync(
        TestConnection connection, long timestamp, short version)
    {
        var response = await connection.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(
            new()
            {
                ReplicaId = -1,
                Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Timestamp = timestamp }] }],
            },
            version);
        var row = response.Topics[0].Partitions[0];
        return (row.ErrorCode, row.Offset);
    }
}
