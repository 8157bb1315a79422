using ActorBroker.Broker;
using ActorBroker.Broker.Partitions;
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
        var deletions = new List<Task>();
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

                deletions.Add(DeleteAsync(found, partition.Offset, message.TimeoutMs, row));
            }
        }

        // The partitions wait for their followers side by side, not one after the other.
        await Task.WhenAll(deletions).ConfigureAwait(false);
        return response;
    }

    private static async Task DeleteAsync(
        Partition partition, long beforeOffset, int timeoutMs,
        DeleteRecordsResponse.DeleteRecordsPartitionResult row)
    {
        var result = await partition.DeleteRecordsAsync(beforeOffset, timeoutMs).ConfigureAwait(false);
        row.ErrorCode = result.Error;
        row.LowWatermark = result.LowWatermark;
    }
}
