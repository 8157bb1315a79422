using ActorBroker.Broker;
using ActorBroker.Broker.Partitions;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// OffsetForLeaderEpoch v0-4: where a leader epoch ended, so that a consumer can tell that its log diverged.
/// </summary>
internal sealed class OffsetForLeaderEpochHandler(HandlerContext context)
    : ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override ValueTask<OffsetForLeaderEpochResponse> AnswerAsync(
        OffsetForLeaderEpochRequest message, RequestContext request)
    {
        var response = new OffsetForLeaderEpochResponse();
        foreach (var topic in message.Topics)
        {
            var rows = new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult { Topic = topic.Topic };
            response.Topics.Add(rows);
            foreach (var asked in topic.Partitions)
            {
                var end = _node.TryGetPartition(topic.Topic, asked.Partition, out var partition)
                    ? partition.OffsetForLeaderEpoch(asked.CurrentLeaderEpoch, asked.LeaderEpoch)
                    : new EpochEndOffset(_node.WhyAbsent(topic.Topic, asked.Partition), -1, -1);
                rows.Partitions.Add(new OffsetForLeaderEpochResponse.EpochEndOffset
                {
                    ErrorCode = end.Error,
                    Partition = asked.Partition,
                    LeaderEpoch = end.Epoch,
                    EndOffset = end.EndOffset,
                });
            }
        }

        return new(response);
    }
}
