using ActorBroker.Core.Topics;
using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

public sealed class OffsetTests
{
    [Fact]
    public async Task An_offset_committed_in_any_version_is_read_back_in_any_version()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("events");
        using var connection = await host.ConnectAsync();
        await FindAsync(connection, "g");
        for (short version = 0; version <= 9; version++)
        {
            await CommitAsync(connection, "g", "events", 100 + version, $"note {version}", version);
            for (short reading = 0; reading <= 9; reading++)
            {
                Assert.Equal(
                    (ErrorCode.None, 100 + version, $"note {version}"),
                    await FetchAsync(connection, reading, "g", "events"));
                if (reading >= 2)
                {
                    Assert.Equal(
                        (ErrorCode.None, 100 + version, $"note {version}"),
                        await FetchAsync(connection, reading, "g", null));
                }
            }
        }
    }

    [Fact]
    public async Task Each_partition_of_a_commit_has_its_own_outcome()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("events");
        using var connection = await host.ConnectAsync();
        await FindAsync(connection, "g");
        var request = OffsetRequests.Commit("g", "events", 0, 5);
        request.Topics[0].Partitions.Add(new() { PartitionIndex = 9, CommittedOffset = 5, CommittedMetadata = "" });
        request.Topics.AddRange(OffsetRequests.Commit("g", "absent", 0, 5).Topics);
        request.Topics.AddRange(OffsetRequests.Commit("g", "events", 0, 6, new string('x', 4097)).Topics);

        var response = await connection.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(request, 9);

        Assert.Equal(
            [
                ErrorCode.None, ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition,
                ErrorCode.OffsetMetadataTooLarge,
            ],
            response.Topics.SelectMany(topic => topic.Partitions).Select(partition => partition.ErrorCode));
        Assert.Equal((ErrorCode.None, 5, ""), await FetchAsync(connection, 9, "g", "events"));
    }

    [Fact]
    public async Task Many_groups_are_read_in_one_request_and_unknown_ones_have_nothing()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("events");
        using var connection = await host.ConnectAsync();
        await FindAsync(connection, "one");
        await CommitAsync(connection, "one", "events", 1);
        await CommitAsync(connection, "two", "events", 2);

        var request = OffsetRequests.Fetch(8, "one", "events");
        request.Groups.AddRange(OffsetRequests.Fetch(8, "two", null).Groups);
        request.Groups.AddRange(OffsetRequests.Fetch(8, "three", "events").Groups);
        request.Groups.AddRange(OffsetRequests.Fetch(8, "three", null).Groups);
        var response = await connection.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(request, 8);

        Assert.All(response.Groups, group => Assert.Equal(ErrorCode.None, group.ErrorCode));
        Assert.Equal(
            [("one", 1L), ("two", 2L), ("three", -1L)],
            response.Groups.SelectMany(group => group.Topics.SelectMany(topic => topic.Partitions.Select(
                partition => (group.GroupId, partition.CommittedOffset)))));
    }

    [Fact]
    public async Task Groups_are_listed_by_state_and_type_and_deleted_with_their_offsets()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("events");
        using var connection = await host.ConnectAsync();
        await FindAsync(connection, "g");
        await CommitAsync(connection, "g", "events", 7);

        Assert.Equal(["g"], await ListAsync(connection, new()));
        Assert.Equal(["g"], await ListAsync(connection, new() { StatesFilter = ["empty"], TypesFilter = ["CLASSIC"] }));
        Assert.Empty(await ListAsync(connection, new() { StatesFilter = ["Stable"] }));
        Assert.Empty(await ListAsync(connection, new() { TypesFilter = ["consumer"] }));

        var deleted = await connection.AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(
            new() { GroupsNames = ["g", "h"] }, 2);
        Assert.Equal(
            [("g", ErrorCode.None), ("h", ErrorCode.GroupIdNotFound)],
            deleted.Results.Select(result => (result.GroupId, result.ErrorCode)));
        Assert.Empty(await ListAsync(connection, new()));
        Assert.Equal((ErrorCode.None, -1, ""), await FetchAsync(connection, 9, "g", "events"));
    }

    [Fact]
    public async Task Single_offsets_are_deleted_and_the_others_stay()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("events");
        await host.CreateTopicAsync("others");
        using var connection = await host.ConnectAsync();
        await FindAsync(connection, "g");
        await CommitAsync(connection, "g", "events", 7);
        await CommitAsync(connection, "g", "others", 7);

        var deleted = await connection.AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(
            new()
            {
                GroupId = "g",
                Topics =
                [
                    new()
                    {
                        Name = "events",
                        Partitions = [new() { PartitionIndex = 0 }, new() { PartitionIndex = 4 }],
                    },
                ],
            },
            0);
        Assert.Equal(ErrorCode.None, deleted.ErrorCode);
        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownTopicOrPartition],
            deleted.Topics[0].Partitions.Select(row => row.ErrorCode));
        Assert.Equal((ErrorCode.None, -1, ""), await FetchAsync(connection, 9, "g", "events"));
        Assert.Equal((ErrorCode.None, 7, ""), await FetchAsync(connection, 9, "g", "others"));
        var unknown = await connection.AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(
            new() { GroupId = "nobody" }, 0);
        Assert.Equal(ErrorCode.GroupIdNotFound, unknown.ErrorCode);
    }

    [Fact]
    public async Task Clients_cannot_write_to_the_offsets_topic_nor_make_it_grow_but_can_read_it()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("events");
        using var connection = await host.ConnectAsync();
        await FindAsync(connection, "g");
        await CommitAsync(connection, "g", "events", 7);

        var produced = await connection.AskAsync<ProduceRequest, ProduceResponse>(
            Requests.Produce(TopicNames.ConsumerOffsets, Requests.Batch("a")), 11);
        Assert.Equal(
            ErrorCode.InvalidTopicException, produced.Responses[0].PartitionResponses[0].ErrorCode);
        var grown = await connection.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
            new() { Topics = [new() { Name = TopicNames.ConsumerOffsets, Count = 60, Assignments = null }] }, 3);
        Assert.Equal(ErrorCode.InvalidRequest, grown.Results[0].ErrorCode);
        var metadata = await connection.AskAsync<MetadataRequest, MetadataResponse>(
            new() { Topics = [new() { Name = TopicNames.ConsumerOffsets }] }, 12);
        Assert.True(metadata.Topics[0].IsInternal);
        Assert.Equal(50, metadata.Topics[0].Partitions.Count);
        var fetched = await connection.AskAsync<FetchRequest, FetchResponse>(
            Requests.Fetch(TopicNames.ConsumerOffsets, 0), 12);
        Assert.Equal(ErrorCode.None, fetched.Responses[0].Partitions[0].ErrorCode);
    }

    private static async Task FindAsync(TestConnection connection, string group)
    {
        var found = await connection.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new() { CoordinatorKeys = [group] }, 4);
        Assert.Equal(ErrorCode.None, Assert.Single(found.Coordinators).ErrorCode);
    }

    private static async Task CommitAsync(
        TestConnection connection, string group, string topic, long offset, string? metadata = null, short version = 9)
    {
        var committed = await connection.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
            OffsetRequests.Commit(group, topic, 0, offset, metadata), version);
        Assert.Equal(ErrorCode.None, Assert.Single(Assert.Single(committed.Topics).Partitions).ErrorCode);
    }

    private static async Task<List<string>> ListAsync(TestConnection connection, ListGroupsRequest request)
    {
        var listed = await connection.AskAsync<ListGroupsRequest, ListGroupsResponse>(request, 5);
        Assert.Equal(ErrorCode.None, listed.ErrorCode);
        Assert.All(listed.Groups, group => Assert.Equal(("Empty", "classic"), (group.GroupState, group.GroupType)));
        return [.. listed.Groups.Select(group => group.GroupId)];
    }

    private static async Task<(ErrorCode Error, long Offset, string? Metadata)> FetchAsync(
        TestConnection connection, short version, string group, string? topic)
    {
        var response = await connection.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            OffsetRequests.Fetch(version, group, topic), version);
        if (version >= 8)
        {
            var row = response.Groups[0].Topics[0].Partitions[0];
            return (response.Groups[0].ErrorCode, row.CommittedOffset, row.Metadata);
        }

        var old = response.Topics[0].Partitions[0];
        return (old.ErrorCode, old.CommittedOffset, old.Metadata);
    }
}
