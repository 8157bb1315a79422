using ActorBroker.Broker;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// DescribeTopicPartitions v0: topics by name (none named: all), with eligible leader replicas. The answer is cut at
/// the request's or the broker's partition limit; the cursor tells where to go on.
/// </summary>
internal sealed class DescribeTopicPartitionsHandler(HandlerContext context)
    : ApiHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override ValueTask<DescribeTopicPartitionsResponse> AnswerAsync(
        DescribeTopicPartitionsRequest message, RequestContext request)
    {
        var cluster = _node.Cluster;
        var cursor = message.Cursor;
        var names = message.Topics.Count == 0
            ? cluster.TopicsByName.Keys
            : message.Topics.Select(topic => topic.Name).Distinct();
        var left = Math.Min(
            message.ResponsePartitionLimit > 0 ? message.ResponsePartitionLimit : int.MaxValue,
            _node.Config.Get(BrokerKeys.MaxRequestPartitions));
        var response = new DescribeTopicPartitionsResponse();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            if (cursor is not null && string.CompareOrdinal(name, cursor.TopicName) < 0)
            {
                continue;
            }

            var first = cursor is not null && name == cursor.TopicName ? Math.Max(cursor.PartitionIndex, 0) : 0;
            if (!cluster.TopicsByName.TryGetValue(name, out var topic))
            {
                response.Topics.Add(Failed(name));
                continue;
            }

            if (left == 0)
            {
                response.NextCursor = Cursor(name, first);
                break;
            }

            var count = Math.Clamp(topic.Partitions.Length - first, 0, left);
            response.Topics.Add(Row(topic, first, count, cluster));
            left -= count;
            if (first + count < topic.Partitions.Length)
            {
                response.NextCursor = Cursor(name, first + count);
                break;
            }
        }

        return new(response);
    }

    private static DescribeTopicPartitionsResponse.Cursor Cursor(string topic, int partition) =>
        new() { TopicName = topic, PartitionIndex = partition };

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Failed(string name) => new()
    {
        Name = name,
        IsInternal = TopicNames.IsInternal(name),
        ErrorCode = TopicNames.IsValid(name)
            ? ErrorCode.UnknownTopicOrPartition
            : ErrorCode.InvalidTopicException,
    };

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Row(
        TopicDocument topic, int first, int count, ClusterImage cluster) => new()
        {
            Name = topic.Name,
            TopicId = topic.Id,
            IsInternal = TopicNames.IsInternal(topic.Name),
            Partitions = [.. Enumerable.Range(first, count).Select(
                index => Partition(index, topic.Partitions[index], cluster))],
            TopicAuthorizedOperations = AuthorizedOperations.Topic,
        };

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition Partition(
        int index, PartitionState state, ClusterImage cluster)
    {
        var live = cluster.Brokers.ContainsKey(state.Leader);
        return new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition
        {
            ErrorCode = live ? ErrorCode.None : ErrorCode.LeaderNotAvailable,
            PartitionIndex = index,
            LeaderId = live ? state.Leader : -1,
            LeaderEpoch = state.LeaderEpoch,
            ReplicaNodes = [.. state.Replicas],
            IsrNodes = [.. state.InSync],
            EligibleLeaderReplicas = [.. state.EligibleLeaders],
            LastKnownElr = [],
            OfflineReplicas = [.. state.Replicas.Where(replica => !cluster.Brokers.ContainsKey(replica))],
        };
    }
}
