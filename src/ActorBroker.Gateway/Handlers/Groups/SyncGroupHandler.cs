using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// SyncGroup v0-5: answered when the leader has brought the assignment. v3 static members; v5+ protocol type and name
/// are required and compared with the group's.
/// </summary>
internal sealed class SyncGroupHandler(HandlerContext context) : ApiHandler<SyncGroupRequest, SyncGroupResponse>
{
    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override void Keep(SyncGroupRequest message, RequestContext request)
    {
        if (message.Assignments.Count <= GroupClients.MembersMax)
        {
            message.Assignments.ForEach(static each => each.Assignment = each.Assignment.ToArray());
        }
    }

    protected override async ValueTask<SyncGroupResponse> AnswerAsync(
        SyncGroupRequest message, RequestContext request)
    {
        if (message.Assignments.Count > GroupClients.MembersMax)
        {
            return Response(new SyncResult(ErrorCode.InvalidRequest));
        }

        if (request.Version >= 5 && (message.ProtocolType is null || message.ProtocolName is null))
        {
            return Response(new SyncResult(ErrorCode.InconsistentGroupProtocol));
        }

        var command = new SyncCommand(
            message.GroupId,
            new MemberName(message.MemberId, message.GroupInstanceId),
            message.GenerationId,
            message.ProtocolType,
            message.ProtocolName,
            [.. message.Assignments.Select(static each => KeyValuePair.Create(each.MemberId, each.Assignment))]);
        return Response(await GroupClients.OrGivenUp(
            _groups.SyncAsync(command), request, static error => new SyncResult(error)).ConfigureAwait(false));
    }

    private static SyncGroupResponse Response(SyncResult result) => new()
    {
        ErrorCode = result.Error,
        ProtocolType = result.ProtocolType,
        ProtocolName = result.ProtocolName,
        Assignment = result.Assignment,
    };
}
