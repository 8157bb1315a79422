using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// Heartbeat v0-4: v3 static members. While the group's state is being loaded every heartbeat is good: the members'
/// sessions begin anew afterwards.
/// </summary>
internal sealed class HeartbeatHandler(HandlerContext context) : ApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<HeartbeatResponse> AnswerAsync(
        HeartbeatRequest message, RequestContext request)
    {
        var member = new MemberName(message.MemberId, message.GroupInstanceId);
        var error = await _groups.HeartbeatAsync(new HeartbeatCommand(message.GroupId, member, message.GenerationId))
            .ConfigureAwait(false);
        return new HeartbeatResponse
        {
            ErrorCode = error == ErrorCode.CoordinatorLoadInProgress ? ErrorCode.None : error,
        };
    }
}
