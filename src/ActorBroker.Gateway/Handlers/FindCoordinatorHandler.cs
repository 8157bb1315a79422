using ActorBroker.Broker;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// FindCoordinator v0-6: every group's coordinator is this broker, the only one. v0-3 ask for one key, v4+ for a list.
/// Gap: there are no transactions and no share groups yet, so their coordinators are COORDINATOR_NOT_AVAILABLE, which
/// is retriable and claims nothing about the id.
/// </summary>
internal sealed class FindCoordinatorHandler(HandlerContext context)
    : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;
    private const sbyte Share = 2;

    private readonly BrokerNode _node = context.Node;

    protected override ValueTask<FindCoordinatorResponse> AnswerAsync(
        FindCoordinatorRequest message, RequestContext request)
    {
        if (request.Version >= 4)
        {
            return new(new FindCoordinatorResponse
            {
                Coordinators = [.. message.CoordinatorKeys.Select(key => Find(key, message.KeyType, request))],
            });
        }

        var found = Find(message.Key, message.KeyType, request);
        return new(new FindCoordinatorResponse
        {
            ErrorCode = found.ErrorCode,
            ErrorMessage = found.ErrorMessage,
            NodeId = found.NodeId,
            Host = found.Host,
            Port = found.Port,
        });
    }

    private FindCoordinatorResponse.Coordinator Find(string key, sbyte type, RequestContext request)
    {
        switch (type)
        {
            case Group:
                return Here(key, request);
            case Transaction:
                return Failed(key, ErrorCode.CoordinatorNotAvailable, "This broker has no transactions yet.");
            case Share when request.Version >= 6:
                return Failed(key, ErrorCode.CoordinatorNotAvailable, "This broker has no share groups yet.");
            default:
                return Failed(key, ErrorCode.InvalidRequest, $"Key type {type} is not known in this version.");
        }
    }

    private FindCoordinatorResponse.Coordinator Here(string key, RequestContext request)
    {
        var endpoint = _node.Cluster.Brokers.TryGetValue(_node.BrokerId, out var self)
            ? self.On(request.Connection.Listener)
            : null;
        return endpoint is null
            ? Failed(key, ErrorCode.CoordinatorNotAvailable, null)
            : new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                NodeId = _node.BrokerId,
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
