using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// DescribeGroups v0-5: classic groups. One that does not exist, or speaks KIP-848, is <c>Dead</c> without an error.
/// </summary>
internal sealed class DescribeGroupsHandler(HandlerContext context)
    : ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<DescribeGroupsResponse> AnswerAsync(
        DescribeGroupsRequest message, RequestContext request)
    {
        var described = await GroupQuestions.AskAsync(message.Groups, _groups.DescribeAsync).ConfigureAwait(false);
        return new DescribeGroupsResponse
        {
            Groups = [.. described.Select(group => Row(group, message.IncludeAuthorizedOperations))],
        };
    }

    private static DescribeGroupsResponse.DescribedGroup Row(ClassicGroupDescription group, bool withOperations) =>
        new()
        {
            ErrorCode = group.Error,
            GroupId = group.GroupId,
            GroupState = group.State,
            ProtocolType = group.ProtocolType,
            ProtocolData = group.ProtocolName,
            AuthorizedOperations = withOperations ? AuthorizedOperations.Group : AuthorizedOperations.NotAsked,
            Members =
            [
                .. group.Members.Select(static member => new DescribeGroupsResponse.DescribedGroupMember
                {
                    MemberId = member.MemberId,
                    GroupInstanceId = member.InstanceId,
                    ClientId = member.Client.ClientId,
                    ClientHost = member.Client.Host,
                    MemberMetadata = member.Metadata,
                    MemberAssignment = member.Assignment,
                }),
            ],
        };
}
