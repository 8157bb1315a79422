using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// OffsetDelete v0: offsets of topics that a member reads are GROUP_SUBSCRIBED_TO_TOPIC; a group with members whose
/// subscriptions nobody knows is NON_EMPTY_GROUP as a whole.
/// </summary>
internal sealed class OffsetDeleteHandler(HandlerContext context)
    : ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<OffsetDeleteResponse> AnswerAsync(
        OffsetDeleteRequest message, RequestContext request)
    {
        var partitions = message.Topics.SelectMany(static topic => topic.Partitions.Select(
            partition => new TopicPartition(topic.Name, partition.PartitionIndex))).ToList();
        var result = await _groups.DeleteOffsetsAsync(new DeleteOffsetsCommand(message.GroupId, partitions))
            .ConfigureAwait(false);
        var response = new OffsetDeleteResponse { ErrorCode = result.Error };
        if (result.Error != ErrorCode.None)
        {
            return response;
        }

        foreach (var topic in partitions.Zip(result.Partitions).GroupBy(static row => row.First.Topic))
        {
            var answer = new OffsetDeleteResponse.OffsetDeleteResponseTopic { Name = topic.Key };
            answer.Partitions.AddRange(topic.Select(static row =>
                new OffsetDeleteResponse.OffsetDeleteResponsePartition
                {
                    PartitionIndex = row.First.Partition,
                    ErrorCode = row.Second,
                }));
            response.Topics.Add(answer);
        }

        return response;
    }
}
