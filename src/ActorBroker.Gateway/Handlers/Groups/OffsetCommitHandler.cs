using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// OffsetCommit v0-9: each partition has its own outcome; one that does not exist is UNKNOWN_TOPIC_OR_PARTITION. v2-4
/// may say how long an offset is kept, v6 adds the leader epoch, v7 static members, v9 the member epoch of KIP-848. v0,
/// which once meant ZooKeeper, is a commit without a generation.
/// </summary>
internal sealed class OffsetCommitHandler(HandlerContext context)
    : ApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    private const short FirstVersionOfMemberEpochs = 9;

    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<OffsetCommitResponse> AnswerAsync(
        OffsetCommitRequest message, RequestContext request)
    {
        var offsets = new List<OffsetToCommit>();
        foreach (var topic in message.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                offsets.Add(new OffsetToCommit(
                    new TopicPartition(topic.Name, partition.PartitionIndex),
                    partition.CommittedOffset,
                    partition.CommittedLeaderEpoch,
                    partition.CommittedMetadata,
                    partition.CommitTimestamp));
            }
        }

        var errors = await _groups.CommitAsync(new CommitCommand(
            message.GroupId,
            new MemberName(message.MemberId, message.GroupInstanceId),
            message.GenerationIdOrMemberEpoch,
            request.Version >= FirstVersionOfMemberEpochs,
            message.RetentionTimeMs,
            offsets)).ConfigureAwait(false);
        return Answer(message, errors);
    }

    private static OffsetCommitResponse Answer(OffsetCommitRequest message, IReadOnlyList<ErrorCode> errors)
    {
        var response = new OffsetCommitResponse();
        var index = 0;
        foreach (var topic in message.Topics)
        {
            var row = new OffsetCommitResponse.OffsetCommitResponseTopic { Name = topic.Name };
            foreach (var partition in topic.Partitions)
            {
                row.Partitions.Add(new OffsetCommitResponse.OffsetCommitResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = errors[index++],
                });
            }

            response.Topics.Add(row);
        }

        return response;
    }
}
