using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>Elections, moves and brokers, as far as a broker on its own can answer for them.</summary>
public sealed class ClusterAdminTests
{
    [Fact]
    public async Task Named_partitions_are_all_answered_for_and_unnamed_ones_only_where_something_changed()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t", partitions: 2);
        using var connection = await host.ConnectAsync();
        for (short version = 0; version <= 2; version++)
        {
            var named = await ElectAsync(
                connection,
                new() { TopicPartitions = [new() { Topic = "t", Partitions = [0, 5] }, new() { Topic = "absent" }] },
                version);
            var results = Assert.Single(named.ReplicaElectionResults).PartitionResult;
            Assert.Equal(
                [(0, ErrorCode.ElectionNotNeeded), (5, ErrorCode.UnknownTopicOrPartition)],
                results.Select(each => (each.PartitionId, each.ErrorCode)).Order());
            Assert.Empty((await ElectAsync(connection, new() { TopicPartitions = null }, version))
                .ReplicaElectionResults);
        }

        var unknown = await ElectAsync(connection, new() { ElectionType = 2, TopicPartitions = null }, 2);
        Assert.Equal(ErrorCode.InvalidRequest, unknown.ErrorCode);
    }

    [Fact]
    public async Task Moves_that_can_not_be_are_refused_one_by_one()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t", partitions: 4);
        using var connection = await host.ConnectAsync();
        var response = await connection.AskAsync<
            AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
            new()
            {
                Topics =
                [
                    new()
                    {
                        Name = "t",
                        Partitions =
                        [
                            new() { PartitionIndex = 0, Replicas = [2] },
                            new() { PartitionIndex = 1, Replicas = null },
                            new() { PartitionIndex = 2, Replicas = [1] },
                            new() { PartitionIndex = 2, Replicas = [1] },
                            new() { PartitionIndex = 3, Replicas = [1, 1] },
                            new() { PartitionIndex = 9, Replicas = [1] },
                        ],
                    },
                ],
            },
            0);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal(
            [
                (0, ErrorCode.InvalidReplicaAssignment),
                (1, ErrorCode.NoReassignmentInProgress),
                (2, ErrorCode.InvalidRequest),
                (3, ErrorCode.InvalidReplicaAssignment),
                (9, ErrorCode.UnknownTopicOrPartition),
            ],
            Assert.Single(response.Responses).Partitions
                .Select(each => (each.PartitionIndex, each.ErrorCode)).OrderBy(each => each.PartitionIndex));
        Assert.All(response.Responses[0].Partitions, each => Assert.NotEmpty(each.ErrorMessage!));
        var moving = await connection.AskAsync<
            ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new() { Topics = null }, 0);
        Assert.Empty(moving.Topics);
        moving = await connection.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
            new() { Topics = [new() { Name = "t", PartitionIndexes = [0, 77] }, new() { Name = "absent" }] }, 0);
        Assert.Empty(moving.Topics);
    }

    [Fact]
    public async Task A_live_broker_and_an_unknown_one_are_not_unregistered()
    {
        await using var host = await GatewayHost.StartAsync();
        using var connection = await host.ConnectAsync();
        var live = await UnregisterAsync(connection, host.Node.BrokerId);
        Assert.Equal(ErrorCode.InvalidRequest, live.ErrorCode);
        Assert.Contains("stop it first", live.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.BrokerIdNotRegistered, (await UnregisterAsync(connection, 77)).ErrorCode);
    }

    [Fact]
    public async Task The_quorum_is_the_controller_and_the_brokers_that_live()
    {
        await using var host = await GatewayHost.StartAsync();
        using var connection = await host.ConnectAsync();
        for (short version = 0; version <= 2; version++)
        {
            var response = await connection.AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(
                new()
                {
                    Topics =
                    [
                        new() { TopicName = "__cluster_metadata", Partitions = [new(), new() { PartitionIndex = 1 }] },
                    ],
                },
                version);
            var partitions = Assert.Single(response.Topics).Partitions;
            Assert.Equal(ErrorCode.UnknownTopicOrPartition, partitions[1].ErrorCode);
            Assert.Equal(host.Node.BrokerId, partitions[0].LeaderId);
            Assert.Equal(host.Node.BrokerId, Assert.Single(partitions[0].CurrentVoters).ReplicaId);
            Assert.Empty(partitions[0].Observers);
            if (version >= 2)
            {
                var listener = Assert.Single(Assert.Single(response.Nodes).Listeners);
                Assert.Equal(("PLAINTEXT", host.Port), (listener.Name, listener.Port));
            }
        }
    }

    private static Task<ElectLeadersResponse> ElectAsync(
        TestConnection connection, ElectLeadersRequest request, short version) =>
        connection.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(request, version);

    private static Task<UnregisterBrokerResponse> UnregisterAsync(TestConnection connection, int broker) =>
        connection.AskAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(new() { BrokerId = broker }, 0);
}
