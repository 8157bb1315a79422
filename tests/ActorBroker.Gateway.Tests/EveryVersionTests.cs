using ActorBroker.Gateway.Handlers;
using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>Every API that is advertised answers in every version that is advertised, and in no other.</summary>
public sealed class EveryVersionTests
{
    [Fact]
    public async Task Every_advertised_version_of_every_api_is_answered_in_its_own_layout()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("present");
        foreach (var api in ServedApis.All)
        {
            for (var version = api.Lowest; version <= api.Highest; version++)
            {
                using var connection = await host.ConnectAsync();
                await AskAsync(connection, api.Key, version);
            }
        }
    }

    [Fact]
    public async Task The_versions_beside_the_advertised_ones_close_the_connection()
    {
        await using var host = await GatewayHost.StartAsync();
        foreach (var api in ServedApis.All.Where(api => api.Key != ApiKey.ApiVersions))
        {
            foreach (var version in new[] { (short)(api.Lowest - 1), (short)(api.Highest + 1) })
            {
                using var connection = await host.ConnectAsync();
                var key = (byte)api.Key;
                await connection.SendRawAsync(new byte[]
                {
                    0, 0, 0, 10, 0, key, (byte)(version >> 8), (byte)version, 0, 0, 0, 1, 255, 255,
                });
                await connection.ExpectClosedAsync();
            }
        }
    }

    [Fact]
    public async Task ApiVersions_lists_the_table_and_answers_unknown_versions_in_the_oldest_layout()
    {
        await using var host = await GatewayHost.StartAsync();
        using var connection = await host.ConnectAsync();
        var known = await connection.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1.0" }, 4);
        Assert.Equal(
            KafkaGateway.SupportedApis.Select(api => ((short)api.Key, api.Lowest, api.Highest)),
            known.ApiKeys.Select(row => ((short)row.ApiKey, row.MinVersion, row.MaxVersion)));

        await connection.SendRawAsync(new byte[] { 0, 0, 0, 10, 0, 18, 0, 99, 0, 0, 0, 7, 250, 250 });
        var unknown = await connection.ReceiveAsync<ApiVersionsResponse>(0, 7);
        Assert.Equal(ErrorCode.UnsupportedVersion, unknown.ErrorCode);
        var row = Assert.Single(unknown.ApiKeys);
        Assert.Equal((18, 0, 4), ((short)row.ApiKey, row.MinVersion, row.MaxVersion));

        var named = await connection.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new ApiVersionsRequest { ClientSoftwareName = "-bad-", ClientSoftwareVersion = "1.0" }, 3);
        Assert.Equal(ErrorCode.InvalidRequest, named.ErrorCode);
    }

    private static Task AskAsync(TestConnection connection, ApiKey key, short version) => key switch
    {
        ApiKey.Produce => connection.AskAsync<ProduceRequest, ProduceResponse>(
            Requests.Produce("present", Requests.Batch("a")), version),
        ApiKey.Fetch => connection.AskAsync<FetchRequest, FetchResponse>(Requests.Fetch("present", 0), version),
        ApiKey.ListOffsets => connection.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(new(), version),
        ApiKey.Metadata => connection.AskAsync<MetadataRequest, MetadataResponse>(new() { Topics = [] }, version),
        ApiKey.ApiVersions => connection.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new() { ClientSoftwareName = "a", ClientSoftwareVersion = "b" }, version),
        ApiKey.CreateTopics => connection.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new()
            {
                Topics = [new() { Name = $"created-{version}", NumPartitions = 1, ReplicationFactor = 1 }],
            },
            version),
        ApiKey.DeleteTopics => connection.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            version >= 6
                ? new() { Topics = [new() { Name = "absent" }] }
                : new() { TopicNames = ["absent"] },
            version),
        ApiKey.DeleteRecords => connection.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(new(), version),
        ApiKey.InitProducerId => connection.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new() { TransactionalId = null }, version),
        ApiKey.OffsetForLeaderEpoch =>
            connection.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(new(), version),
        ApiKey.DescribeConfigs => connection.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new() { Resources = [new() { ResourceType = 2, ResourceName = "present" }] }, version),
        ApiKey.AlterConfigs => connection.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(new(), version),
        ApiKey.DescribeLogDirs => connection.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(
            new() { Topics = null }, version),
        ApiKey.CreatePartitions =>
            connection.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(new(), version),
        ApiKey.IncrementalAlterConfigs =>
            connection.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(new(), version),
        ApiKey.DescribeCluster => connection.AskAsync<DescribeClusterRequest, DescribeClusterResponse>(new(), version),
        ApiKey.ElectLeaders => connection.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(
            new() { TopicPartitions = null }, version),
        ApiKey.AlterPartitionReassignments =>
            connection.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
                new(), version),
        ApiKey.ListPartitionReassignments =>
            connection.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new(), version),
        ApiKey.DescribeQuorum => connection.AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(new(), version),
        ApiKey.UnregisterBroker => connection.AskAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(
            new() { BrokerId = 77 }, version),
        ApiKey.DescribeProducers =>
            connection.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(new(), version),
        ApiKey.DescribeTopicPartitions =>
            connection.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(new(), version),
        _ => AskOfGroupsAsync(connection, key, version),
    };

    private static Task AskOfGroupsAsync(TestConnection connection, ApiKey key, short version) => key switch
    {
        ApiKey.OffsetCommit => connection.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
            OffsetRequests.Commit("g", "present", 0, 7), version),
        ApiKey.OffsetFetch => connection.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            OffsetRequests.Fetch(version, "g", "present"), version),
        ApiKey.FindCoordinator => connection.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            version >= 4 ? new() { CoordinatorKeys = ["g"] } : new() { Key = "g" }, version),
        ApiKey.JoinGroup => connection.AskAsync<JoinGroupRequest, JoinGroupResponse>(
            new() { GroupId = "g", GroupInstanceId = null, ProtocolType = "consumer", Reason = null }, version),
        ApiKey.Heartbeat => connection.AskAsync<HeartbeatRequest, HeartbeatResponse>(
            new() { GroupId = "g", MemberId = "m", GroupInstanceId = null }, version),
        ApiKey.LeaveGroup => connection.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(
            version >= 3
                ? new() { GroupId = "g", Members = [new() { MemberId = "m", GroupInstanceId = null, Reason = null }] }
                : new() { GroupId = "g", MemberId = "m" },
            version),
        ApiKey.SyncGroup => connection.AskAsync<SyncGroupRequest, SyncGroupResponse>(
            new() { GroupId = "g", MemberId = "m", GroupInstanceId = null }, version),
        ApiKey.DescribeGroups => connection.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new() { Groups = ["g"] }, version),
        ApiKey.ListGroups => connection.AskAsync<ListGroupsRequest, ListGroupsResponse>(new(), version),
        ApiKey.DeleteGroups => connection.AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(
            new() { GroupsNames = ["g"] }, version),
        ApiKey.OffsetDelete => connection.AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(
            new() { GroupId = "g" }, version),
        ApiKey.ConsumerGroupHeartbeat =>
            connection.AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
                new() { GroupId = "g", MemberId = "m", MemberEpoch = 1 }, version),
        ApiKey.ConsumerGroupDescribe =>
            connection.AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
                new() { GroupIds = ["g"] }, version),
        _ => throw new InvalidOperationException($"No request for {key}."),
    };
}
