using System.Collections.Immutable;
using ActorBroker.Broker;
using ActorBroker.Broker.Cluster;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// Metadata v0-13. All topics: v0 an empty list, v1+ null. Topic ids are answered from v10 and asked by from v12. A
/// missing topic that is asked for by name is created where <c>auto.create.topics.enable</c> and the request (v4+;
/// older ones always do) allow it, and answered at once. Brokers are told by the listener that the request came in on.
/// </summary>
internal sealed class MetadataHandler(HandlerContext context) : ApiHandler<MetadataRequest, MetadataResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<MetadataResponse> AnswerAsync(MetadataRequest message, RequestContext request)
    {
        var all = request.Version == 0 ? message.Topics is not { Count: > 0 } : message.Topics is null;
        var rows = all
            ? [.. _node.Cluster.TopicsByName.Values.Select(topic => Row(topic, request))]
            : await NamedAsync(message, request).ConfigureAwait(false);
        if (message.IncludeTopicAuthorizedOperations)
        {
            foreach (var row in rows.Where(row => row.ErrorCode == ErrorCode.None))
            {
                row.TopicAuthorizedOperations = AuthorizedOperations.Topic;
            }
        }

        var cluster = _node.Cluster;
        return new MetadataResponse
        {
            Brokers = [.. cluster.BrokersOn(request.Connection.Listener).Select(Broker)],
            ClusterId = cluster.ClusterId,
            ControllerId = cluster.ControllerId,
            Topics = rows,
            ClusterAuthorizedOperations = message.IncludeClusterAuthorizedOperations
                ? AuthorizedOperations.Cluster
                : AuthorizedOperations.NotAsked,
        };
    }

    private static MetadataResponse.MetadataResponseBroker Broker((BrokerInfo Broker, BrokerEndpoint Endpoint) live) =>
        new()
        {
            NodeId = live.Broker.Id,
            Host = live.Endpoint.Host,
            Port = live.Endpoint.Port,
            Rack = live.Broker.Rack,
        };

    private async ValueTask<List<MetadataResponse.MetadataResponseTopic>> NamedAsync(
        MetadataRequest message, RequestContext request)
    {
        var rows = new List<MetadataResponse.MetadataResponseTopic>();
        var seen = new HashSet<(string?, Guid)>();
        var mayCreate = (request.Version < 4 || message.AllowAutoTopicCreation) &&
            _node.Config.Get(BrokerKeys.AutoCreateTopicsEnable);
        foreach (var topic in message.Topics!)
        {
            if (!seen.Add((topic.Name, topic.TopicId)))
            {
                continue;
            }

            if (topic.TopicId == Guid.Empty && topic.Name is not null)
            {
                rows.Add(await ByNameAsync(topic.Name, mayCreate, request).ConfigureAwait(false));
            }
            else
            {
                rows.Add(ById(topic, request));
            }
        }

        return rows;
    }

    private MetadataResponse.MetadataResponseTopic ById(
        MetadataRequest.MetadataRequestTopic topic, RequestContext request)
    {
        if (request.Version < 12)
        {
            return Failed(ErrorCode.InvalidRequest, topic.Name ?? string.Empty, topic.TopicId);
        }

        return _node.Cluster.TopicsById.TryGetValue(topic.TopicId, out var document)
            ? Row(document, request)
            : Failed(ErrorCode.UnknownTopicId, null, topic.TopicId);
    }

    private async ValueTask<MetadataResponse.MetadataResponseTopic> ByNameAsync(
        string name, bool mayCreate, RequestContext request)
    {
        var found = _node.Topics.Find(name);
        if (found.Document is { } document)
        {
            return Row(document, request);
        }

        if (!mayCreate || found.Error != ErrorCode.UnknownTopicOrPartition)
        {
            return Failed(found.Error, name);
        }

        var created = await _node.Topics.AutoCreateAsync(name, request.Connection.Closing).ConfigureAwait(false);
        return (created.Document ?? _node.Topics.Find(name).Document) is { } now
            ? Row(now, request)
            : Failed(created.Error, name);
    }

    private static MetadataResponse.MetadataResponseTopic Failed(ErrorCode error, string? name, Guid id = default) =>
        new()
        {
            ErrorCode = error,
            Name = name,
            TopicId = id,
            IsInternal = TopicNames.IsInternal(name),
        };

    private MetadataResponse.MetadataResponseTopic Row(TopicDocument topic, RequestContext request)
    {
        var cluster = _node.Cluster;
        var row = new MetadataResponse.MetadataResponseTopic
        {
            Name = topic.Name,
            TopicId = topic.Id,
            IsInternal = TopicNames.IsInternal(topic.Name),
        };
        for (var index = 0; index < topic.Partitions.Length; index++)
        {
            row.Partitions.Add(Partition(index, topic.Partitions[index], cluster, request));
        }

        return row;
    }

    private static MetadataResponse.MetadataResponsePartition Partition(
        int index, PartitionState state, ClusterImage cluster, RequestContext request)
    {
        var error = ErrorCode.None;
        if (!cluster.Brokers.TryGetValue(state.Leader, out var leader))
        {
            error = ErrorCode.LeaderNotAvailable;
        }
        else if (leader.On(request.Connection.Listener) is null)
        {
            error = request.Version >= 6 ? ErrorCode.ListenerNotFound : ErrorCode.LeaderNotAvailable;
        }

        return new MetadataResponse.MetadataResponsePartition
        {
            ErrorCode = error,
            PartitionIndex = index,
            LeaderId = error == ErrorCode.None ? state.Leader : -1,
            LeaderEpoch = state.LeaderEpoch,
            ReplicaNodes = [.. state.Replicas],
            IsrNodes = [.. state.InSync],
            OfflineReplicas = [.. Offline(state.Replicas, cluster)],
        };
    }

    private static IEnumerable<int> Offline(ImmutableArray<int> replicas, ClusterImage cluster) =>
        replicas.Where(replica => !cluster.Brokers.ContainsKey(replica));
}
