using ActorBroker.Client.Cluster;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// Creates, lists, describes and deletes. Retriable failures are repeated until the operation's time is over.
/// </summary>
public sealed class AdminClient
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;

    private readonly ClusterClient _cluster;

    internal AdminClient(ClusterClient cluster) => _cluster = cluster;

    private int TimeoutMs => (int)_cluster.Options.RequestTimeout.TotalMilliseconds;

    /// <summary>Creates a topic.</summary>
    /// <exception cref="BrokerErrorException">The broker refused, e.g. because the topic exists.</exception>
    public Task CreateTopicAsync(NewTopic topic, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return _cluster.RetryAsync(token => CreateOnceAsync(topic, token), cancel);
    }

    /// <summary>Deletes a topic with all its records.</summary>
    public Task DeleteTopicAsync(string topic, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return _cluster.RetryAsync(token => DeleteOnceAsync(topic, token), cancel);
    }

    /// <summary>All topics, by name.</summary>
    public Task<IReadOnlyList<TopicDescription>> ListTopicsAsync(CancellationToken cancel = default) =>
        _cluster.RetryAsync<IReadOnlyList<TopicDescription>>(
            async token =>
            {
                var topics = await _cluster.AllTopicsAsync(token).ConfigureAwait(false);
                return [.. topics.Where(topic => topic.Error == ErrorCode.None)
                    .OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(Describe)];
            },
            cancel);

    /// <summary>One topic, as it is now.</summary>
    /// <exception cref="BrokerErrorException">There is no such topic.</exception>
    public async Task<TopicDescription> DescribeTopicAsync(string topic, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        _cluster.Forget(topic);
        return Describe(await _cluster.TopicAsync(topic, autoCreate: false, cancel).ConfigureAwait(false));
    }

    /// <summary>A topic's settings, with where each value comes from.</summary>
    public Task<IReadOnlyList<ConfigDescription>> DescribeTopicConfigsAsync(
        string topic, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return DescribeConfigsAsync(TopicResource, topic, cancel);
    }

    /// <summary>A broker's settings, with where each value comes from.</summary>
    public Task<IReadOnlyList<ConfigDescription>> DescribeBrokerConfigsAsync(
        int brokerId, CancellationToken cancel = default) =>
        DescribeConfigsAsync(
            BrokerResource, brokerId.ToString(System.Globalization.CultureInfo.InvariantCulture), cancel);

    /// <summary>The offset at which reading from a position would begin.</summary>
    public Task<long> FindOffsetAsync(
        string topic, int partition, StartPosition position, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return OffsetLookup.FindAsync(_cluster, topic, partition, position, cancel);
    }

    private static TopicDescription Describe(TopicMetadata topic) =>
        new(topic.Name, topic.Id, topic.IsInternal, topic.Partitions);

    private static void Require(ErrorCode code, string operation, string? message)
    {
        if (code != ErrorCode.None)
        {
            throw new BrokerErrorException(code, operation, message);
        }
    }

    private async Task<bool> CreateOnceAsync(NewTopic topic, CancellationToken cancel)
    {
        var controller = await _cluster.ControllerAsync(cancel).ConfigureAwait(false);
        var request = new CreateTopicsRequest
        {
            Topics =
            [
                new()
                {
                    Name = topic.Name,
                    NumPartitions = topic.Partitions,
                    ReplicationFactor = topic.ReplicationFactor,
                    Configs = [.. topic.Configs.Select(
                        each => new CreateTopicsRequest.CreatableTopicConfig { Name = each.Key, Value = each.Value })],
                },
            ],
            timeoutMs = TimeoutMs,
        };
        var response = await controller.CallAsync<CreateTopicsRequest, CreateTopicsResponse>(request, cancel)
            .ConfigureAwait(false);
        foreach (var result in response.Topics)
        {
            Require(result.ErrorCode, $"Creating topic '{topic.Name}'", result.ErrorMessage);
        }

        _cluster.Forget(topic.Name);
        return true;
    }

    private async Task<bool> DeleteOnceAsync(string topic, CancellationToken cancel)
    {
        var controller = await _cluster.ControllerAsync(cancel).ConfigureAwait(false);
        var request = new DeleteTopicsRequest { TimeoutMs = TimeoutMs };
        if (controller.ChooseVersion<DeleteTopicsRequest>() >= 6)
        {
            request.Topics = [new() { Name = topic }];
        }
        else
        {
            request.TopicNames = [topic];
        }

        var response = await controller.CallAsync<DeleteTopicsRequest, DeleteTopicsResponse>(request, cancel)
            .ConfigureAwait(false);
        foreach (var result in response.Responses)
        {
            Require(result.ErrorCode, $"Deleting topic '{topic}'", result.ErrorMessage);
        }

        _cluster.Forget(topic);
        return true;
    }

    private Task<IReadOnlyList<ConfigDescription>> DescribeConfigsAsync(
        sbyte type, string name, CancellationToken cancel) =>
        _cluster.RetryAsync<IReadOnlyList<ConfigDescription>>(
            async token =>
            {
                var request = new DescribeConfigsRequest
                {
                    Resources = [new() { ResourceType = type, ResourceName = name, ConfigurationKeys = null }],
                };
                var connection = await _cluster.AnyAsync(token).ConfigureAwait(false);
                var response = await connection
                    .CallAsync<DescribeConfigsRequest, DescribeConfigsResponse>(request, token).ConfigureAwait(false);
                var result = response.Results.FirstOrDefault()
                    ?? throw new ProtocolViolationException($"{connection.Address} described nothing of '{name}'.");
                Require(result.ErrorCode, $"Describing the settings of '{name}'", result.ErrorMessage);
                return [.. result.Configs.OrderBy(each => each.Name, StringComparer.Ordinal).Select(each =>
                    new ConfigDescription(
                        each.Name,
                        each.Value,
                        each.ConfigSource < 0 ? ConfigSource.Unknown : (ConfigSource)each.ConfigSource,
                        each.ReadOnly,
                        each.IsSensitive))];
            },
            cancel);
}
