using ActorBroker.Broker;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// FindCoordinator v0-6: a group's coordinator is the leader of its partition of <c>__consumer_offsets</c>, which is
/// created when it is first asked for. v0-3 ask for one key, v4+ for a list. Gap: there are no transactions and no
/// share groups yet, so their coordinators are COORDINATOR_NOT_AVAILABLE, which is retriable and claims nothing about
/// the id.
/// </summary>
internal sealed class FindCoordinatorHandler(HandlerContext context)
    : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;
    private const sbyte Share = 2;

    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<FindCoordinatorResponse> AnswerAsync(
        FindCoordinatorRequest message, RequestContext request)
    {
        if (request.Version < 4)
        {
            var found = await FindAsync(message.Key, message.KeyType, request).ConfigureAwait(false);
            return new FindCoordinatorResponse
            {
                ErrorCode = found.ErrorCode,
                ErrorMessage = found.ErrorMessage,
                NodeId = found.NodeId,
                Host = found.Host,
                Port = found.Port,
            };
        }

        var response = new FindCoordinatorResponse();
        foreach (var key in message.CoordinatorKeys)
        {
            response.Coordinators.Add(await FindAsync(key, message.KeyType, request).ConfigureAwait(false));
        }

        return response;
    }

    private async ValueTask<FindCoordinatorResponse.Coordinator> FindAsync(
        string key, sbyte type, RequestContext request)
    {
        switch (type)
        {
            case Group:
                return await FindGroupAsync(key, request).ConfigureAwait(false);
            case Transaction:
                return Failed(key, ErrorCode.CoordinatorNotAvailable, "This broker has no transactions yet.");
            case Share when request.Version >= 6:
                return Failed(key, ErrorCode.CoordinatorNotAvailable, "This broker has no share groups yet.");
            default:
                return Failed(key, ErrorCode.InvalidRequest, $"Key type {type} is not known in this version.");
        }
    }

    private async ValueTask<FindCoordinatorResponse.Coordinator> FindGroupAsync(string key, RequestContext request)
    {
        var found = await _node.Groups.FindAsync(key, CancellationToken.None).ConfigureAwait(false);
        if (found.Error != ErrorCode.None)
        {
            return Failed(key, found.Error, found.Message);
        }

        var endpoint = _node.Cluster.Brokers.TryGetValue(found.BrokerId, out var broker)
            ? broker.On(request.Connection.Listener)
            : null;
        return endpoint is null
            ? Failed(key, ErrorCode.CoordinatorNotAvailable, null)
            : new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                NodeId = found.BrokerId,
                Host = endpoint.Host,
                Port = endpoint.Port,
                ErrorMessage = null,
            };
    }

    private static FindCoordinatorResponse.Coordinator Failed(string key, ErrorCode error, string? message) => new()
    {
        Key = key,
        NodeId = -1,
        Host = string.Empty,
        Port = -1,
        ErrorCode = error,
        ErrorMessage = message,
    };
}
