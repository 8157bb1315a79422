using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers;

/// <summary>
/// CreateTopics v0-7. v1+ may only validate; v5+ are answered with the partition count, the replication factor and all
/// configs; v7 with the topic id. A name that comes twice is refused, once. The time-out isn't used: creation is local.
/// </summary>
internal sealed class CreateTopicsHandler(HandlerContext context)
    : ApiHandler<CreateTopicsRequest, CreateTopicsResponse>
{
    private readonly BrokerNode _node = context.Node;

    protected override async ValueTask<CreateTopicsResponse> AnswerAsync(
        CreateTopicsRequest message, RequestContext request)
    {
        var response = new CreateTopicsResponse();
        var wanted = new List<NewTopic>();
        foreach (var sameName in message.Topics.GroupBy(topic => topic.Name))
        {
            if (sameName.Count() > 1)
            {
                response.Topics.Add(Refused(sameName.Key, ErrorCode.InvalidRequest, "The name comes more than once."));
            }
            else if (TryMap(sameName.Single(), out var topic, out var refused))
            {
                wanted.Add(topic);
            }
            else
            {
                response.Topics.Add(refused);
            }
        }

        if (wanted.Count > 0)
        {
            var results = await _node.Topics.CreateAsync(wanted, message.validateOnly, CancellationToken.None)
                .ConfigureAwait(false);
            response.Topics.AddRange(results.Select(result => Row(result, request)));
        }

        return response;
    }

    private static bool TryMap(
        CreateTopicsRequest.CreatableTopic topic,
        out NewTopic mapped,
        out CreateTopicsResponse.CreatableTopicResult refused)
    {
        mapped = null!;
        refused = null!;
        Dictionary<int, int[]>? assignments = null;
        foreach (var assignment in topic.Assignments)
        {
            assignments ??= [];
            if (!assignments.TryAdd(assignment.PartitionIndex, [.. assignment.BrokerIds]))
            {
                refused = Refused(
                    topic.Name, ErrorCode.InvalidReplicaAssignment,
                    $"Partition {assignment.PartitionIndex} is assigned more than once.");
                return false;
            }
        }

        var configs = new Dictionary<string, string?>();
        foreach (var config in topic.Configs)
        {
            if (!configs.TryAdd(config.Name, config.Value))
            {
                refused = Refused(topic.Name, ErrorCode.InvalidConfig, $"{config.Name} is set more than once.");
                return false;
            }
        }

        mapped = new NewTopic(topic.Name, topic.NumPartitions, topic.ReplicationFactor, assignments, configs);
        return true;
    }

    private static CreateTopicsResponse.CreatableTopicResult Refused(string name, ErrorCode error, string? message) =>
        new() { Name = name, ErrorCode = error, ErrorMessage = message, Configs = null };

    private CreateTopicsResponse.CreatableTopicResult Row(TopicResult result, RequestContext request)
    {
        if (result.Error != ErrorCode.None || result.Document is not { } topic)
        {
            return Refused(result.Name ?? string.Empty, result.Error, result.Message);
        }

        var row = new CreateTopicsResponse.CreatableTopicResult
        {
            Name = topic.Name,
            TopicId = topic.Id,
            ErrorMessage = null,
            NumPartitions = topic.Partitions.Length,
            ReplicationFactor = (short)(topic.Partitions.IsEmpty ? -1 : topic.Partitions[0].Replicas.Length),
        };
        if (request.Version >= 5)
        {
            row.Configs = [.. _node.Config.DescribeTopic(topic.Configs).Select(
                entry => new CreateTopicsResponse.CreatableTopicConfigs
                {
                    Name = entry.Name,
                    Value = entry.IsSensitive ? null : entry.Value,
                    ReadOnly = entry.IsReadOnly,
                    ConfigSource = (sbyte)entry.Source,
                    IsSensitive = entry.IsSensitive,
                })];
        }

        return row;
    }
}
