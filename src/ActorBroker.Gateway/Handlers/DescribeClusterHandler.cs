using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// DescribeCluster v0-2, for brokers only: this is no controller's port. No broker is ever fenced here, so v2's wish
/// for fenced ones changes nothing.
/// </summary>
internal sealed class DescribeClusterHandler(HandlerContext context)
    : ApiHandler<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte Brokers = 1;
    private const sbyte Controllers = 2;

    protected override ValueTask<DescribeClusterResponse> AnswerAsync(
        DescribeClusterRequest message, RequestContext request)
    {
        if (message.EndpointType != Brokers)
        {
            return new(new DescribeClusterResponse
            {
                ErrorCode = message.EndpointType == Controllers
                    ? ErrorCode.MismatchedEndpointType
                    : ErrorCode.UnsupportedEndpointType,
                ErrorMessage = "This endpoint belongs to a broker.",
            });
        }

        var cluster = context.Node.Cluster;
        var brokers = cluster.BrokersOn(request.Connection.Listener).Select(
            live => new DescribeClusterResponse.DescribeClusterBroker
            {
                BrokerId = live.Broker.Id,
                Host = live.Endpoint.Host,
                Port = live.Endpoint.Port,
                Rack = live.Broker.Rack,
            });
        return new(new DescribeClusterResponse
        {
            ClusterId = cluster.ClusterId,
            ControllerId = cluster.ControllerId,
            Brokers = [.. brokers],
            ClusterAuthorizedOperations = message.IncludeClusterAuthorizedOperations
                ? AuthorizedOperations.Cluster
                : AuthorizedOperations.NotAsked,
        });
    }
}
