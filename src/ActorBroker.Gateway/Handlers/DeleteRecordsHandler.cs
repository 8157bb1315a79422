using ActorBroker.Broker;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers;

/// <summary>DeleteRecords v0-2: moves a partition's start; offset -1 means the high watermark.</summary>
internal sealed class DeleteRecordsHandler(HandlerContext context)
    : ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<DeleteRecordsResponse> AnswerAsync(
        DeleteRecordsRequest message, RequestContext request)
    {
        var response = new DeleteRecordsResponse();
        foreach (var topic in message.Topics)
        {
            var answer = new DeleteRecordsResponse.DeleteRecordsTopicResult { Name = topic.Name };
            response.Topics.Add(answer);
            foreach (var partition in topic.Partitions)
            {
                var row = new DeleteRecordsResponse.DeleteRecordsPartitionResult
                {
                    PartitionIndex = partition.PartitionIndex,
                };
                answer.Partitions.Add(row);
                if (!_node.TryGetPartition(topic.Name, partition.PartitionIndex, out var found))
                {
                    row.ErrorCode = _node.WhyAbsent(topic.Name, partition.PartitionIndex);
                    row.LowWatermark = -1;
                    continue;
                }

                var result = await found.DeleteRecordsAsync(partition.Offset).ConfigureAwait(false);
                row.ErrorCode = result.Error;
                row.LowWatermark = result.LowWatermark;
            }
        }

        return response;
    }
}
