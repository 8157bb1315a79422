using ActorBroker.Broker;
using ActorBroker.Core.Catalogue;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// ElectLeaders v0-2: v0 knows preferred elections only, v1+ unclean ones too. Named partitions are all answered, with
/// ELECTION_NOT_NEEDED where the wanted leader leads; with null, only those that were to change. Any broker does it.
/// The time-out isn't used: an election is one write.
/// </summary>
internal sealed class ElectLeadersHandler(HandlerContext context)
    : ApiHandler<ElectLeadersRequest, ElectLeadersResponse>
{
    private const sbyte Preferred = 0;
    private const sbyte Unclean = 1;

    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<ElectLeadersResponse> AnswerAsync(
        ElectLeadersRequest message, RequestContext request)
    {
        if (message.ElectionType is not (Preferred or Unclean))
        {
            return new ElectLeadersResponse { ErrorCode = ErrorCode.InvalidRequest };
        }

        List<TopicPartition>? wanted = message.TopicPartitions is null
            ? null
            : [.. message.TopicPartitions.SelectMany(
                topic => topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition)))];
        var kind = message.ElectionType == Unclean ? ElectionKind.Unclean : ElectionKind.Preferred;
        var outcomes = await _node.ClusterAdmin.ElectLeadersAsync(kind, wanted, CancellationToken.None)
            .ConfigureAwait(false);
        return new ElectLeadersResponse
        {
            ReplicaElectionResults = [.. outcomes.GroupBy(each => each.Partition.Topic).Select(
                topic => new ElectLeadersResponse.ReplicaElectionResult
                {
                    Topic = topic.Key,
                    PartitionResult = [.. topic.Select(each => new ElectLeadersResponse.PartitionResult
                    {
                        PartitionId = each.Partition.Partition,
                        ErrorCode = each.Error,
                        ErrorMessage = each.Message,
                    })],
                })],
        };
    }
}
