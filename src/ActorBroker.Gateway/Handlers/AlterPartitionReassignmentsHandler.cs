using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// AlterPartitionReassignments v0: other replicas for partitions, more or fewer too; null calls a move off. Any broker
/// does it. A partition that comes twice is refused. The answer comes when the moves are noted, so that the time-out
/// isn't used.
/// </summary>
internal sealed class AlterPartitionReassignmentsHandler(HandlerContext context)
    : ApiHandler<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<AlterPartitionReassignmentsResponse> AnswerAsync(
        AlterPartitionReassignmentsRequest message, RequestContext request)
    {
        var wanted = message.Topics.SelectMany(topic => topic.Partitions.Select(
            each => new Reassignment(new TopicPartition(topic.Name, each.PartitionIndex), each.Replicas)));
        var outcomes = await _node.ClusterAdmin.ReassignAsync(
            [.. wanted], mayChangeFactor: true, CancellationToken.None).ConfigureAwait(false);
        return new AlterPartitionReassignmentsResponse
        {
            ErrorMessage = null,
            Responses = [.. outcomes.GroupBy(each => each.Partition.Topic).Select(
                topic => new AlterPartitionReassignmentsResponse.ReassignableTopicResponse
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(
                        each => new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
                        {
                            PartitionIndex = each.Partition.Partition,
                            ErrorCode = each.Error,
                            ErrorMessage = each.Error == ErrorCode.None ? null : each.Message,
                        })],
                })],
        };
    }
}
