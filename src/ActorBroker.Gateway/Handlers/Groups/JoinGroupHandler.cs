using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// JoinGroup v0-9: answered when the group has gathered. v1 rebalance timeout; v4+ a new dynamic member is told its id
/// first; v5 static members; v9 a static leader that returned is told not to assign. More than 100 protocols or 1 MiB
/// of metadata are INVALID_REQUEST.
/// </summary>
internal sealed class JoinGroupHandler(HandlerContext context) : ApiHandler<JoinGroupRequest, JoinGroupResponse>
{
    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override void Keep(JoinGroupRequest message, RequestContext request)
    {
        _ = request.ClientId;
        if (!GroupCoordinator.IsAbsurd(
            message.Protocols.Count, message.Protocols.Sum(static protocol => (long)protocol.Metadata.Length)))
        {
            message.Protocols.ForEach(static protocol => protocol.Metadata = protocol.Metadata.ToArray());
        }
    }

    protected override async ValueTask<JoinGroupResponse> AnswerAsync(
        JoinGroupRequest message, RequestContext request)
    {
        var memberId = message.MemberId;
        var command = new JoinCommand(
            message.GroupId,
            new MemberName(memberId, message.GroupInstanceId),
            GroupClients.Of(request),
            message.ProtocolType,
            [.. message.Protocols.Select(static each => new MemberProtocol(each.Name, each.Metadata))],
            message.SessionTimeoutMs,
            request.Version == 0 ? message.SessionTimeoutMs : message.RebalanceTimeoutMs,
            RequiresMemberId: request.Version >= 4,
            SupportsSkipAssignment: request.Version >= 9,
            message.Reason);
        var result = await GroupClients.OrGivenUp(
            _groups.JoinAsync(command), request, error => new JoinResult { Error = error, MemberId = memberId })
            .ConfigureAwait(false);
        return Response(result, request.Version);
    }

    private static JoinGroupResponse Response(JoinResult result, short version) => new()
    {
        ErrorCode = result.Error,
        GenerationId = result.Generation,
        ProtocolType = result.ProtocolType,
        ProtocolName = version < 7 ? result.ProtocolName ?? "" : result.ProtocolName,
        Leader = result.Leader,
        SkipAssignment = result.SkipAssignment,
        MemberId = result.MemberId,
        Members =
        [
            .. result.Members.Select(static member => new JoinGroupResponse.JoinGroupResponseMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.InstanceId,
                Metadata = member.Metadata,
            }),
        ],
    };
}
