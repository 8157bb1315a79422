using ActorBroker.Broker;
using ActorBroker.Broker.Partitions;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// ListOffsets v1-10: latest (-1), earliest (-2), the record with the largest timestamp (-3, v7+), earliest local (-4,
/// v8+), latest tiered (-5, v9+; there is no tier, so none) and by time. The same partition twice is refused. Gap: v0,
/// which answers a list of segment starts; Kafka 4.0 dropped it too.
/// </summary>
internal sealed class ListOffsetsHandler(HandlerContext context)
    : ApiHandler<ListOffsetsRequest, ListOffsetsResponse>
{
    private const int Consumer = -1;

    private readonly BrokerNode _node = context.Node;

    protected override ValueTask<ListOffsetsResponse> AnswerAsync(ListOffsetsRequest message, RequestContext request)
    {
        var response = new ListOffsetsResponse();
        var times = new Dictionary<(string, int), int>();
        foreach (var topic in message.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                var key = (topic.Name, partition.PartitionIndex);
                times[key] = times.GetValueOrDefault(key) + 1;
            }
        }

        foreach (var topic in message.Topics)
        {
            var rows = new ListOffsetsResponse.ListOffsetsTopicResponse { Name = topic.Name };
            response.Topics.Add(rows);
            foreach (var partition in topic.Partitions)
            {
                var found = times[(topic.Name, partition.PartitionIndex)] > 1
                    ? new OffsetLookup(ErrorCode.InvalidRequest)
                    : Find(topic.Name, partition, message, request.Version);
                rows.Partitions.Add(Row(partition.PartitionIndex, found, request.Version));
            }
        }

        return new(response);
    }

    private OffsetLookup Find(
        string topic, ListOffsetsRequest.ListOffsetsPartition partition, ListOffsetsRequest message, short version)
    {
        if (partition.Timestamp < LowestSpecial(version))
        {
            return new OffsetLookup(ErrorCode.UnsupportedVersion);
        }

        if (!_node.TryGetPartition(topic, partition.PartitionIndex, out var found))
        {
            return new OffsetLookup(_node.WhyAbsent(topic, partition.PartitionIndex));
        }

        return found.FindOffset(
            partition.Timestamp, (IsolationLevel)(message.IsolationLevel == 0 ? 0 : 1), partition.CurrentLeaderEpoch,
            debugOrReplica: message.ReplicaId != Consumer);
    }

    private static long LowestSpecial(short version) => version switch
    {
        < 7 => -2,
        7 => -3,
        8 => -4,
        _ => -5,
    };

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Row(int index, OffsetLookup found, short version) =>
        new()
        {
            PartitionIndex = index,
            ErrorCode = found.Error == ErrorCode.OffsetNotAvailable && version < 5
                ? ErrorCode.LeaderNotAvailable
                : found.Error,
            Timestamp = found.TimestampMs,
            Offset = found.Offset,
            LeaderEpoch = version >= 4 ? found.LeaderEpoch : -1,
        };
}
