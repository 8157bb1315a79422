using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// ConsumerGroupHeartbeat v0-1: members of KIP-848 join, stay alive, give up and leave. v0: the broker makes the ids of
/// members; v1: they bring their own, and may subscribe by an RE2 expression.
/// </summary>
internal sealed class ConsumerGroupHeartbeatHandler(HandlerContext context)
    : ApiHandler<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>
{
    private const short WithOwnIds = 1;

    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override void Keep(ConsumerGroupHeartbeatRequest message, RequestContext request) =>
        _ = request.ClientId;

    protected override async ValueTask<ConsumerGroupHeartbeatResponse> AnswerAsync(
        ConsumerGroupHeartbeatRequest message, RequestContext request)
    {
        if (request.Version >= WithOwnIds && message.MemberId.Length == 0)
        {
            return new ConsumerGroupHeartbeatResponse
            {
                ErrorCode = ErrorCode.InvalidRequest,
                ErrorMessage = "MemberId can't be empty.",
            };
        }

        var result = await _groups.ConsumerHeartbeatAsync(Command(message, request)).ConfigureAwait(false);
        return new ConsumerGroupHeartbeatResponse
        {
            ErrorCode = result.Error,
            ErrorMessage = result.Message,
            MemberId = result.MemberId,
            MemberEpoch = result.MemberEpoch,
            HeartbeatIntervalMs = result.HeartbeatIntervalMs,
            Assignment = result.Assignment is { } assignment ? Assigned(assignment) : null,
        };
    }

    private static ConsumerHeartbeatCommand Command(ConsumerGroupHeartbeatRequest message, RequestContext request) =>
        new(
            message.GroupId,
            message.MemberId,
            message.MemberEpoch,
            GroupClients.Of(request),
            message.InstanceId,
            message.RackId,
            message.RebalanceTimeoutMs,
            message.SubscribedTopicNames,
            message.SubscribedTopicRegex,
            message.ServerAssignor,
            message.TopicPartitions is { } owned
                ? [.. owned.Select(static topic => new TopicPartitions(topic.TopicId, topic.Partitions))]
                : null);

    private static ConsumerGroupHeartbeatResponse.AssignmentData Assigned(IReadOnlyList<TopicPartitions> assignment)
    {
        var assigned = new ConsumerGroupHeartbeatResponse.AssignmentData();
        foreach (var topic in assignment)
        {
            assigned.TopicPartitions.Add(new()
            {
                TopicId = topic.TopicId,
                Partitions = [.. topic.Partitions],
            });
        }

        return assigned;
    }
}
