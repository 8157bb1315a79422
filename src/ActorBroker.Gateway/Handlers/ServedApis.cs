using ActorBroker.Gateway.Dispatch;
using ActorBroker.Gateway.Handlers.Groups;
using ActorBroker.Protocol;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// The APIs that this broker serves. Versions are stated here and nowhere else: dispatch, ApiVersions and the
/// compatibility page all come from this table.
/// </summary>
internal static class ServedApis
{
    /// <summary>All of them, by key.</summary>
    public static IReadOnlyList<ServedApi> All { get; } =
    [
        new(ApiKey.Produce, 0, 12, context => new ProduceHandler(context)),
        new(ApiKey.Fetch, 4, 17, context => new FetchHandler(context)),
        new(ApiKey.ListOffsets, 1, 10, context => new ListOffsetsHandler(context)),
        new(ApiKey.Metadata, 0, 13, context => new MetadataHandler(context)),
        new(ApiKey.OffsetCommit, 0, 9, context => new OffsetCommitHandler(context)),
        new(ApiKey.OffsetFetch, 0, 9, context => new OffsetFetchHandler(context)),
        new(ApiKey.FindCoordinator, 0, 6, context => new FindCoordinatorHandler(context)),
        new(ApiKey.JoinGroup, 0, 9, context => new JoinGroupHandler(context)),
        new(ApiKey.Heartbeat, 0, 4, context => new HeartbeatHandler(context)),
        new(ApiKey.LeaveGroup, 0, 5, context => new LeaveGroupHandler(context)),
        new(ApiKey.SyncGroup, 0, 5, context => new SyncGroupHandler(context)),
        new(ApiKey.DescribeGroups, 0, 5, context => new DescribeGroupsHandler(context)),
        new(ApiKey.ListGroups, 0, 5, context => new ListGroupsHandler(context)),
        new(ApiKey.ApiVersions, 0, 4, _ => new ApiVersionsHandler()),
        new(ApiKey.CreateTopics, 0, 7, context => new CreateTopicsHandler(context)),
        new(ApiKey.DeleteTopics, 0, 6, context => new DeleteTopicsHandler(context)),
        new(ApiKey.DeleteRecords, 0, 2, context => new DeleteRecordsHandler(context)),
        new(ApiKey.InitProducerId, 0, 5, context => new InitProducerIdHandler(context)),
        new(ApiKey.OffsetForLeaderEpoch, 0, 4, context => new OffsetForLeaderEpochHandler(context)),
        new(ApiKey.DescribeConfigs, 0, 4, context => new DescribeConfigsHandler(context)),
        new(ApiKey.AlterConfigs, 0, 2, context => new AlterConfigsHandler(context)),
        new(ApiKey.DescribeLogDirs, 0, 4, context => new DescribeLogDirsHandler(context)),
        new(ApiKey.CreatePartitions, 0, 3, context => new CreatePartitionsHandler(context)),
        new(ApiKey.DeleteGroups, 0, 2, context => new DeleteGroupsHandler(context)),
        new(ApiKey.ElectLeaders, 0, 2, context => new ElectLeadersHandler(context)),
        new(ApiKey.IncrementalAlterConfigs, 0, 1, context => new IncrementalAlterConfigsHandler(context)),
        new(ApiKey.AlterPartitionReassignments, 0, 0, context => new AlterPartitionReassignmentsHandler(context)),
        new(ApiKey.ListPartitionReassignments, 0, 0, context => new ListPartitionReassignmentsHandler(context)),
        new(ApiKey.OffsetDelete, 0, 0, context => new OffsetDeleteHandler(context)),
        new(ApiKey.DescribeQuorum, 0, 2, context => new DescribeQuorumHandler(context)),
        new(ApiKey.DescribeCluster, 0, 2, context => new DescribeClusterHandler(context)),
        new(ApiKey.DescribeProducers, 0, 0, context => new DescribeProducersHandler(context)),
        new(ApiKey.UnregisterBroker, 0, 0, context => new UnregisterBrokerHandler(context)),
        new(ApiKey.ConsumerGroupHeartbeat, 0, 1, context => new ConsumerGroupHeartbeatHandler(context)),
        new(ApiKey.ConsumerGroupDescribe, 0, 1, context => new ConsumerGroupDescribeHandler(context)),
        new(ApiKey.DescribeTopicPartitions, 0, 0, context => new DescribeTopicPartitionsHandler(context)),
    ];

    /// <summary>Makes the handlers.</summary>
    public static HandlerTable Make(HandlerContext context) =>
        new([.. All.Select(api => new HandlerMatch(api, api.Make(context), context.Instruments.Of(api.Key)))]);
}
