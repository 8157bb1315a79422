using ActorBroker.Broker;
using ActorBroker.Core.Producers;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>DescribeProducers v0: the producers that a partition remembers.</summary>
internal sealed class DescribeProducersHandler(HandlerContext context)
    : ApiHandler<DescribeProducersRequest, DescribeProducersResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<DescribeProducersResponse> AnswerAsync(
        DescribeProducersRequest message, RequestContext request)
    {
        var response = new DescribeProducersResponse();
        foreach (var topic in message.Topics)
        {
            var rows = new DescribeProducersResponse.TopicResponse { Name = topic.Name };
            response.Topics.Add(rows);
            foreach (var index in topic.PartitionIndexes)
            {
                rows.Partitions.Add(await DescribeAsync(topic.Name, index).ConfigureAwait(false));
            }
        }

        return response;
    }

    private async ValueTask<DescribeProducersResponse.PartitionResponse> DescribeAsync(string topic, int index)
    {
        var row = new DescribeProducersResponse.PartitionResponse { PartitionIndex = index };
        if (!_node.TryGetPartition(topic, index, out var partition))
        {
            row.ErrorCode = _node.WhyAbsent(topic, index);
        }
        else if (!partition.IsLeader)
        {
            row.ErrorCode = ErrorCode.NotLeaderOrFollower;
        }
        else
        {
            var producers = await partition.DescribeProducersAsync().ConfigureAwait(false);
            row.ActiveProducers.AddRange(producers.Select(State));
        }

        return row;
    }

    private static DescribeProducersResponse.ProducerState State(ProducerDescription producer) => new()
    {
        ProducerId = producer.ProducerId,
        ProducerEpoch = producer.Epoch,
        LastSequence = producer.LastSequence,
        LastTimestamp = producer.LastTimestampMs,
        CoordinatorEpoch = producer.CoordinatorEpoch,
        CurrentTxnStartOffset = producer.CurrentTxnStartOffset,
    };
}
