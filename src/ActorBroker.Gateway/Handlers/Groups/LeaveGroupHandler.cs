using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// LeaveGroup v0-5: v0-2 one member, whose error is the answer's; v3+ many, also by instance id alone, each with an
/// error of its own.
/// </summary>
internal sealed class LeaveGroupHandler(HandlerContext context) : ApiHandler<LeaveGroupRequest, LeaveGroupResponse>
{
    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<LeaveGroupResponse> AnswerAsync(
        LeaveGroupRequest message, RequestContext request)
    {
        if (message.Members.Count > GroupClients.MembersMax)
        {
            return new LeaveGroupResponse { ErrorCode = ErrorCode.InvalidRequest };
        }

        var isSingle = request.Version < 3;
        IReadOnlyList<MemberName> members = isSingle
            ? [new MemberName(message.MemberId, null)]
            : [.. message.Members.Select(static each => new MemberName(each.MemberId, each.GroupInstanceId))];
        var result = await _groups.LeaveAsync(new LeaveCommand(message.GroupId, members)).ConfigureAwait(false);
        if (isSingle)
        {
            var error = result.Error == ErrorCode.None && result.Members.Count > 0
                ? result.Members[0].Error
                : result.Error;
            return new LeaveGroupResponse { ErrorCode = error };
        }

        return new LeaveGroupResponse
        {
            ErrorCode = result.Error,
            Members =
            [
                .. result.Members.Select(static left => new LeaveGroupResponse.MemberResponse
                {
                    MemberId = left.Member.MemberId,
                    GroupInstanceId = left.Member.InstanceId,
                    ErrorCode = left.Error,
                }),
            ],
        };
    }
}
