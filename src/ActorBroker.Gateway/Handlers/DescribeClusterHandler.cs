using ActorBroker.Broker.Cluster;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// DescribeCluster v0-2, for brokers only: this is no controller's port. Fenced ones, told from v2 on where that is
/// wished, are those that belong to the cluster and are not there.
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
        if (message.IncludeFencedBrokers)
        {
            brokers = brokers.Concat(Fenced(cluster, request.Connection.Listener));
        }

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

    /// <summary>Where they were reached last; nowhere, if they never had this listener.</summary>
    private static IEnumerable<DescribeClusterResponse.DescribeClusterBroker> Fenced(
        ClusterImage cluster, string listener) =>
        from broker in cluster.Registered.Values
        where !cluster.Brokers.ContainsKey(broker.Id)
        let endpoint = broker.Endpoints.FirstOrDefault(endpoint => endpoint.Listener == listener)
        select new DescribeClusterResponse.DescribeClusterBroker
        {
            BrokerId = broker.Id,
            Host = endpoint?.Host ?? "",
            Port = endpoint?.Port ?? -1,
            Rack = broker.Rack,
            IsFenced = true,
        };
}
