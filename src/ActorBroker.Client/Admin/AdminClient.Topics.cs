using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

public sealed partial class AdminClient
{
    /// <summary>Creates a topic.</summary>
    /// <exception cref="BrokerErrorException">The broker refused, e.g. because the topic exists.</exception>
    public Task<CreatedTopic> CreateTopicAsync(NewTopic topic, CancellationToken cancel = default) =>
        CreateTopicAsync(topic, validateOnly: false, cancel);

    /// <summary>Creates a topic, or only asks whether it could be created.</summary>
    /// <exception cref="BrokerErrorException">The broker refused, e.g. because the topic exists.</exception>
    public Task<CreatedTopic> CreateTopicAsync(
        NewTopic topic, bool validateOnly, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return RunAsync(token => CreateOnceAsync(topic, validateOnly, token), cancel);
    }

    /// <summary>Deletes a topic with all its records.</summary>
    /// <exception cref="BrokerErrorException">E.g. there is no such topic.</exception>
    public Task DeleteTopicAsync(string topic, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return RunAsync(token => DeleteOnceAsync(topic, token), cancel);
    }

    /// <summary>Gives a topic more partitions; existing ones keep their records.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="totalCount">How many it shall have in all.</param>
    /// <param name="assignments">
    /// The brokers of each new partition, the preferred leader first; null leaves it to the cluster.
    /// </param>
    /// <param name="validateOnly">Only asks whether it could be done.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <remarks>A key's partition depends on the count, so keyed records go elsewhere from then on.</remarks>
    public Task CreatePartitionsAsync(
        string topic,
        int totalCount,
        IReadOnlyList<IReadOnlyList<int>>? assignments = null,
        bool validateOnly = false,
        CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return RunAsync(
            async token =>
            {
                var request = new CreatePartitionsRequest
                {
                    Topics =
                    [
                        new()
                        {
                            Name = topic,
                            Count = totalCount,
                            Assignments = assignments?.Select(brokers =>
                                new CreatePartitionsRequest.CreatePartitionsAssignment { BrokerIds = [.. brokers] })
                                .ToList(),
                        },
                    ],
                    TimeoutMs = TimeoutMs,
                    ValidateOnly = validateOnly,
                };
                var response = await CallControllerAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
                    _ => request, token).ConfigureAwait(false);
                foreach (var result in response.Results)
                {
                    Require(result.ErrorCode, $"Adding partitions to topic '{topic}'", result.ErrorMessage);
                }

                _cluster.Forget(topic);
                return true;
            },
            cancel);
    }

    /// <summary>All topics, by name.</summary>
    public Task<IReadOnlyList<TopicDescription>> ListTopicsAsync(CancellationToken cancel = default) =>
        RunAsync<IReadOnlyList<TopicDescription>>(
            async token =>
            {
                var topics = await _cluster.AllTopicsAsync(token).ConfigureAwait(false);
                return [.. topics.Where(topic => topic.Error == ErrorCode.None)
                    .OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(Describe)];
            },
            cancel);

    /// <summary>One topic, as it is now. It is never created by asking.</summary>
    /// <exception cref="BrokerErrorException">There is no such topic.</exception>
    public Task<TopicDescription> DescribeTopicAsync(string topic, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return RunAsync(
            async token =>
            {
                var connection = await _cluster.AnyAsync(token).ConfigureAwait(false);
                if (connection.Serves<DescribeTopicPartitionsRequest>())
                {
                    return (await DescribeOnceAsync(connection, [topic], token).ConfigureAwait(false))[0];
                }

                _cluster.Forget(topic);
                return Describe(await _cluster.TopicAsync(topic, autoCreate: false, token).ConfigureAwait(false));
            },
            cancel);
    }

    /// <summary>Page by page, as one answer holds so many partitions only.</summary>
    private static async Task<List<TopicDescription>> DescribeOnceAsync(
        BrokerConnection connection, IReadOnlyList<string> topics, CancellationToken cancel)
    {
        var found = new List<TopicDescription>();
        DescribeTopicPartitionsRequest.CursorData? cursor = null;
        do
        {
            var request = new DescribeTopicPartitionsRequest
            {
                Topics = [.. topics.Select(name => new DescribeTopicPartitionsRequest.TopicRequest { Name = name })],
                Cursor = cursor,
            };
            var response = await connection
                .CallAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(request, cancel)
                .ConfigureAwait(false);
            foreach (var topic in response.Topics)
            {
                Require(topic.ErrorCode, $"Describing topic '{topic.Name}'");
                var partitions = topic.Partitions.Select(Describe);
                if (found is [.., var last] && last.Name == topic.Name)
                {
                    found[^1] = last with { Partitions = [.. last.Partitions, .. partitions] };
                }
                else
                {
                    found.Add(new TopicDescription(topic.Name!, topic.TopicId, topic.IsInternal, [.. partitions]));
                }
            }

            cursor = response.NextCursor is { } next
                ? new DescribeTopicPartitionsRequest.CursorData
                {
                    TopicName = next.TopicName,
                    PartitionIndex = next.PartitionIndex,
                }
                : null;
        }
        while (cursor is not null);

        return found;
    }

    private static PartitionDescription Describe(
        DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition partition) =>
        new(
            partition.PartitionIndex,
            partition.LeaderId,
            partition.LeaderEpoch,
            [.. partition.ReplicaNodes],
            [.. partition.IsrNodes])
        {
            OfflineReplicas = [.. partition.OfflineReplicas],
            EligibleLeaders = [.. partition.EligibleLeaderReplicas ?? []],
        };

    private static TopicDescription Describe(TopicMetadata topic) =>
        new(topic.Name, topic.Id, topic.IsInternal, topic.Partitions);

    private async Task<CreatedTopic> CreateOnceAsync(NewTopic topic, bool validateOnly, CancellationToken cancel)
    {
        var request = new CreateTopicsRequest
        {
            Topics =
            [
                new()
                {
                    Name = topic.Name,
                    NumPartitions = topic.Assignments is null ? topic.Partitions : -1,
                    ReplicationFactor = topic.Assignments is null ? topic.ReplicationFactor : (short)-1,
                    Assignments = [.. (topic.Assignments ?? []).Select((brokers, partition) =>
                        new CreateTopicsRequest.CreatableReplicaAssignment
                        {
                            PartitionIndex = partition,
                            BrokerIds = [.. brokers],
                        })],
                    Configs = [.. topic.Configs.Select(
                        each => new CreateTopicsRequest.CreatableTopicConfig { Name = each.Key, Value = each.Value })],
                },
            ],
            timeoutMs = TimeoutMs,
            validateOnly = validateOnly,
        };
        var response = await CallControllerAsync<CreateTopicsRequest, CreateTopicsResponse>(_ => request, cancel)
            .ConfigureAwait(false);
        var result = response.Topics.FirstOrDefault()
            ?? throw new ProtocolViolationException($"The controller's answer leaves topic '{topic.Name}' out.");
        Require(result.ErrorCode, $"Creating topic '{topic.Name}'", result.ErrorMessage);
        _cluster.Forget(topic.Name);
        return new CreatedTopic(
            topic.Name,
            result.TopicId,
            result.NumPartitions,
            result.ReplicationFactor,
            [.. (result.Configs ?? []).OrderBy(each => each.Name, StringComparer.Ordinal).Select(each =>
                new ConfigDescription(
                    each.Name, each.Value, SourceOf(each.ConfigSource), each.ReadOnly, each.IsSensitive))]);
    }

    private async Task<bool> DeleteOnceAsync(string topic, CancellationToken cancel)
    {
        const short FirstVersionWithIds = 6;
        var response = await CallControllerAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            controller =>
            {
                var request = new DeleteTopicsRequest { TimeoutMs = TimeoutMs };
                if (controller.ChooseVersion<DeleteTopicsRequest>() >= FirstVersionWithIds)
                {
                    request.Topics = [new() { Name = topic }];
                }
                else
                {
                    request.TopicNames = [topic];
                }

                return request;
            },
            cancel).ConfigureAwait(false);
        foreach (var result in response.Responses)
        {
            Require(result.ErrorCode, $"Deleting topic '{topic}'", result.ErrorMessage);
        }

        _cluster.Forget(topic);
        return true;
    }
}
