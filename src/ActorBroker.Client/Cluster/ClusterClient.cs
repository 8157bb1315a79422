using System.Diagnostics.CodeAnalysis;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Cluster;

/// <summary>
/// Knows the cluster: its brokers, each topic's leaders, and one shared connection to each broker. What it knows is
/// asked for again when it is too old, or when a request showed that it is wrong.
/// </summary>
internal sealed partial class ClusterClient(ClientOptions options) : IAsyncDisposable
{
    private const short FirstVersionWithAutoCreate = 4;

    private readonly IReadOnlyList<BrokerAddress> _bootstrap = BrokerAddress.ParseList(options.BootstrapServers);
    private readonly ConnectionPool _connections = new(options);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TopicMetadata> _topics = [];
    private readonly Dictionary<(string Topic, bool AutoCreate), Task<IReadOnlyList<TopicMetadata>>> _asking = [];
    private Dictionary<int, BrokerAddress> _brokers = [];
    private Dictionary<int, string> _racks = [];
    private int _controllerId = -1;

    public ClientOptions Options => options;

    /// <summary>The topic, from memory where it is fresh; throws where it does not exist.</summary>
    public async ValueTask<TopicMetadata> TopicAsync(string name, bool autoCreate, CancellationToken cancel)
    {
        if (TryRecall(name, out var known))
        {
            return known;
        }

        var topics = await AskTogetherAsync(name, autoCreate, cancel).ConfigureAwait(false);
        var topic = topics.FirstOrDefault(topic => topic.Name == name);
        return topic is { Error: ErrorCode.None }
            ? topic
            : throw new BrokerErrorException(topic?.Error ?? ErrorCode.UnknownTopicOrPartition, $"Topic '{name}'");
    }

    /// <summary>True where the topic would be asked for again.</summary>
    public bool IsOld(string topic) => !TryRecall(topic, out _);

    /// <summary>All topics, as they are now.</summary>
    public Task<IReadOnlyList<TopicMetadata>> AllTopicsAsync(CancellationToken cancel) => AskAsync(null, false, cancel);

    /// <summary>Some topics, as they are now; those that do not exist are there with the cluster's reason.</summary>
    public Task<IReadOnlyList<TopicMetadata>> TopicsAsync(
        IEnumerable<string> names, CancellationToken cancel) => AskAsync([.. names], false, cancel);

    /// <summary>The racks of brokers, as far as they have one.</summary>
    public string? RackOf(int brokerId)
    {
        lock (_gate)
        {
            return _racks.GetValueOrDefault(brokerId);
        }
    }

    /// <summary>The shared connection to a broker.</summary>
    public Task<BrokerConnection> ConnectionAsync(BrokerAddress address, CancellationToken cancel) =>
        _connections.GetAsync(address, cancel);

    /// <summary>Forgets a topic whose leader is not where it was thought to be.</summary>
    public void Forget(string topic)
    {
        lock (_gate)
        {
            _topics.Remove(topic);
        }
    }

    /// <summary>The controller, or any broker where none is known.</summary>
    public async Task<BrokerConnection> ControllerAsync(CancellationToken cancel)
    {
        await AskAsync([], false, cancel).ConfigureAwait(false);
        BrokerAddress address;
        lock (_gate)
        {
            if (!_brokers.TryGetValue(_controllerId, out address))
            {
                throw new BrokerErrorException(ErrorCode.NotController, "The cluster has no controller now");
            }
        }

        return await _connections.GetAsync(address, cancel).ConfigureAwait(false);
    }

    /// <summary>One broker of the cluster.</summary>
    public async Task<BrokerConnection> BrokerAsync(int brokerId, CancellationToken cancel)
    {
        await AskAsync([], false, cancel).ConfigureAwait(false);
        BrokerAddress address;
        lock (_gate)
        {
            if (!_brokers.TryGetValue(brokerId, out address))
            {
                throw new KafkaException(
                    $"The cluster has no broker {brokerId} now: it has {string.Join(", ", _brokers.Keys.Order())}.");
            }
        }

        return await _connections.GetAsync(address, cancel).ConfigureAwait(false);
    }

    /// <summary>Repeats what fails in a retriable way, with pauses, until the operation's time is over.</summary>
    /// <param name="attempt">One attempt.</param>
    /// <param name="cancel">Ends attempts and pauses.</param>
    /// <param name="patience">The operation's time, where it is not that of the options.</param>
    public async Task<T> RetryAsync<T>(
        Func<CancellationToken, Task<T>> attempt, CancellationToken cancel, TimeSpan? patience = null)
    {
        var limit = patience ?? options.OperationTimeout;
        var startedAt = options.TimeProvider.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await attempt(cancel).ConfigureAwait(false);
            }
            catch (KafkaException exception) when (exception.IsRetriable
                && options.TimeProvider.GetElapsedTime(startedAt) < limit)
            {
                await Task.Delay(Backoff.Pause(options, failures), options.TimeProvider, cancel).ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private bool TryRecall(string name, [NotNullWhen(true)] out TopicMetadata? topic)
    {
        lock (_gate)
        {
            return _topics.TryGetValue(name, out topic)
                && options.TimeProvider.GetElapsedTime(topic.AskedAt) < options.MetadataMaxAge;
        }
    }

    /// <summary>Asks once for all who want to know a topic now: a lost leader makes many ask at a time.</summary>
    private Task<IReadOnlyList<TopicMetadata>> AskTogetherAsync(
        string name, bool autoCreate, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (!_asking.TryGetValue((name, autoCreate), out var asking))
            {
                // None of the askers alone may cancel it.
                asking = Task.Run(() => AskForAllAsync(name, autoCreate), CancellationToken.None);
                _asking[(name, autoCreate)] = asking;
            }

            return asking.WaitAsync(cancel);
        }
    }

    private async Task<IReadOnlyList<TopicMetadata>> AskForAllAsync(string name, bool autoCreate)
    {
        try
        {
            return await AskAsync([name], autoCreate, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _asking.Remove((name, autoCreate));
            }
        }
    }

    /// <summary>
    /// Asks for some topics, for none (the brokers only) or for all (null), and remembers the answer.
    /// </summary>
    private async Task<IReadOnlyList<TopicMetadata>> AskAsync(
        IReadOnlyList<string>? names, bool autoCreate, CancellationToken cancel)
    {
        var response = await AskAnyAsync(
            (connection, token) => connection.CallAsync<MetadataRequest, MetadataResponse>(
                new MetadataRequest
                {
                    Topics = names?.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name }).ToList(),

                    // Older brokers create by their own setting.
                    AllowAutoTopicCreation =
                        autoCreate || connection.ChooseVersion<MetadataRequest>() < FirstVersionWithAutoCreate,
                },
                token),
            cancel).ConfigureAwait(false);
        var askedAt = options.TimeProvider.GetTimestamp();
        var topics = response.Topics.Select(topic => new TopicMetadata(
            topic.Name ?? "",
            topic.TopicId,
            topic.ErrorCode,
            topic.IsInternal,
            [.. topic.Partitions.OrderBy(each => each.PartitionIndex).Select(each => new PartitionDescription(
                each.PartitionIndex, each.LeaderId, each.LeaderEpoch, [.. each.ReplicaNodes], [.. each.IsrNodes])
            {
                OfflineReplicas = [.. each.OfflineReplicas],
            })],
            askedAt)).ToList();
        Remember(response, topics);
        return topics;
    }

    private void Remember(MetadataResponse response, IReadOnlyList<TopicMetadata> topics)
    {
        var brokers = new Dictionary<int, BrokerAddress>();
        var racks = new Dictionary<int, string>();
        foreach (var broker in response.Brokers)
        {
            if (broker.Port is < 1 or > 65535 || string.IsNullOrEmpty(broker.Host))
            {
                throw new ProtocolViolationException(
                    $"The cluster says that broker {broker.NodeId} is at '{broker.Host}:{broker.Port}', " +
                    "and a port is between 1 and 65535.");
            }

            brokers[broker.NodeId] = new BrokerAddress(broker.Host, broker.Port);
            if (!string.IsNullOrEmpty(broker.Rack))
            {
                racks[broker.NodeId] = broker.Rack;
            }
        }

        lock (_gate)
        {
            _brokers = brokers;
            _racks = racks;
            _controllerId = response.ControllerId;
            foreach (var topic in topics)
            {
                if (topic.Error == ErrorCode.None)
                {
                    _topics[topic.Name] = Newest(topic);
                }
                else
                {
                    _topics.Remove(topic.Name);
                }
            }
        }
    }
}
