using ActorBroker.Broker.Groups;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// ListGroups v0-5: the groups that this broker coordinates, COORDINATOR_LOAD_IN_PROGRESS beside those that are known
/// while others are being read. v4 filters by state, v5 by type; names without regard to case, no name means all.
/// </summary>
internal sealed class ListGroupsHandler(HandlerContext context) : ApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<ListGroupsResponse> AnswerAsync(
        ListGroupsRequest message, RequestContext request)
    {
        var listing = await _groups.ListAsync().ConfigureAwait(false);
        var states = message.StatesFilter.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var types = message.TypesFilter.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new ListGroupsResponse
        {
            ErrorCode = listing.Error,
            Groups =
            [
                .. listing.Groups
                    .Where(group => states.Count == 0 || states.Contains(group.State))
                    .Where(group => types.Count == 0 || types.Contains(group.Type.ToString()))
                    .OrderBy(static group => group.GroupId, StringComparer.Ordinal)
                    .Select(static group => new ListGroupsResponse.ListedGroup
                    {
                        GroupId = group.GroupId,
                        ProtocolType = group.ProtocolType,
                        GroupState = group.State,
                        GroupType = group.Type.ToString().ToLowerInvariant(),
                    }),
            ],
        };
    }
}
