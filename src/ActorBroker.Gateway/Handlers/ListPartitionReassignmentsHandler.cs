using ActorBroker.Broker;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// ListPartitionReassignments v0: the partitions whose replicas are on the move, as this broker sees them; null asks
/// for all. What is not on the move, or is not there, is left out.
/// </summary>
internal sealed class ListPartitionReassignmentsHandler(HandlerContext context)
    : ApiHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override ValueTask<ListPartitionReassignmentsResponse> AnswerAsync(
        ListPartitionReassignmentsRequest message, RequestContext request)
    {
        var wanted = message.Topics?.SelectMany(topic => topic.PartitionIndexes.Select(
            partition => new TopicPartition(topic.Name, partition))).Distinct().ToList();
        return new(new ListPartitionReassignmentsResponse
        {
            ErrorMessage = null,
            Topics = [.. _node.ClusterAdmin.ListReassignments(wanted).GroupBy(each => each.Partition.Topic).Select(
                topic => new ListPartitionReassignmentsResponse.OngoingTopicReassignment
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(
                        each => new ListPartitionReassignmentsResponse.OngoingPartitionReassignment
                        {
                            PartitionIndex = each.Partition.Partition,
                            Replicas = [.. each.Replicas],
                            AddingReplicas = [.. each.Adding],
                            RemovingReplicas = [.. each.Removing],
                        })],
                })],
        });
    }
}
