using ActorBroker.Broker.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// DeleteGroups v0-2: each group for itself; one with members is NON_EMPTY_GROUP, an unknown one GROUP_ID_NOT_FOUND.
/// </summary>
internal sealed class DeleteGroupsHandler(HandlerContext context)
    : ApiHandler<DeleteGroupsRequest, DeleteGroupsResponse>
{
    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<DeleteGroupsResponse> AnswerAsync(
        DeleteGroupsRequest message, RequestContext request)
    {
        var names = message.GroupsNames.Distinct().ToList();
        var errors = await GroupQuestions.AskAsync(names, _groups.DeleteGroupAsync).ConfigureAwait(false);
        return new DeleteGroupsResponse
        {
            Results =
            [
                .. names.Zip(errors, static (name, error) =>
                    new DeleteGroupsResponse.DeletableGroupResult { GroupId = name, ErrorCode = error }),
            ],
        };
    }
}
