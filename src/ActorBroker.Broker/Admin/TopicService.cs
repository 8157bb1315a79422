using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Broker.Groups;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>
/// Creates, grows and deletes topics, at whichever broker it is asked for. The catalogue's document is the point of no
/// return; this broker's replicas have followed it when a task ends, those of others follow soon.
/// </summary>
public sealed class TopicService
{
    private readonly BrokerState _state;
    private readonly CatalogueWriter _writer;

    internal TopicService(BrokerState state, CatalogueWriter writer)
    {
        _state = state;
        _writer = writer;
    }

    /// <summary>The topic as this broker knows it now, or why there is none.</summary>
    public TopicResult Find(string name)
    {
        if (_state.Cluster.Image.TopicsByName.TryGetValue(name, out var topic))
        {
            return Done(topic);
        }

        return TopicNames.Problem(name) is { } problem
            ? Refused(name, ErrorCode.InvalidTopicException, problem)
            : Refused(name, ErrorCode.UnknownTopicOrPartition, "there is no such topic");
    }

    /// <summary>Creates each topic, or says why not; results in the order of the request.</summary>
    public Task<IReadOnlyList<TopicResult>> CreateAsync(
        IReadOnlyList<NewTopic> topics, bool validateOnly, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var repeated = NamedTwice(topics.Select(topic => topic.Name));
        return ForEachAsync(
            topics,
            topic => repeated.Contains(topic.Name) ? Repeated(topic.Name) : Create(topic, validateOnly),
            cancel);
    }

    /// <summary>Deletes each topic, or says why not.</summary>
    public Task<IReadOnlyList<TopicResult>> DeleteAsync(IReadOnlyList<TopicRef> topics, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(topics);
        return ForEachAsync(
            topics, topic => CatalogueWriter.Retry((out TopicResult result) => TryDelete(topic, out result)), cancel);
    }

    /// <summary>Adds partitions to each topic, or says why not.</summary>
    public Task<IReadOnlyList<TopicResult>> GrowAsync(
        IReadOnlyList<TopicGrowth> topics, bool validateOnly, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var repeated = NamedTwice(topics.Select(topic => topic.Name));
        return ForEachAsync(
            topics,
            topic => repeated.Contains(topic.Name)
                ? Repeated(topic.Name)
                : CatalogueWriter.Retry((out TopicResult result) => TryGrow(topic, validateOnly, out result)),
            cancel);
    }

    /// <summary>
    /// Creates a topic that a client asked for, with the broker's defaults; one that exists by now is answered as it
    /// is.
    /// </summary>
    public async Task<TopicResult> AutoCreateAsync(string name, CancellationToken cancel)
    {
        if (!_state.Config.Get(BrokerKeys.AutoCreateTopicsEnable))
        {
            return Refused(name, ErrorCode.UnknownTopicOrPartition, "auto.create.topics.enable is false");
        }

        var topic = name == TopicNames.ConsumerOffsets
            ? OffsetsTopic.Describe(_state.Config, _state.Cluster.Image.Registered.Count)
            : new NewTopic(name, -1, -1, null, ImmutableDictionary<string, string?>.Empty);
        var result = (await CreateAsync([topic], validateOnly: false, cancel).ConfigureAwait(false))[0];
        return result.Error == ErrorCode.TopicAlreadyExists && _state.Catalogue.ReadTopic(name) is { } existing
            ? Done(existing)
            : result;
    }

    private Task<IReadOnlyList<TopicResult>> ForEachAsync<T>(
        IReadOnlyList<T> topics, Func<T, TopicResult> act, CancellationToken cancel)
    {
        return _writer.RunAsync<IReadOnlyList<TopicResult>>(() => [.. topics.Select(Guarded)], cancel);

        TopicResult Guarded(T topic)
        {
            try
            {
                return act(topic);
            }
            catch (Exception failure) when (CatalogueWriter.IsStorageFault(failure))
            {
                return Refused(null, ErrorCode.KafkaStorageError, failure.Message) with { Name = NameOf(topic) };
            }
        }
    }

    private TopicResult Create(NewTopic topic, bool validateOnly)
    {
        var image = _state.Cluster.Image;
        var (error, message) = TopicChecks.Name(topic.Name, image);
        if (error != ErrorCode.None)
        {
            return Refused(topic.Name, error, message);
        }

        var configs = topic.Configs.Where(config => config.Value is not null)
            .ToImmutableSortedDictionary(config => config.Key, config => config.Value!, StringComparer.Ordinal);
        if (_state.Config.ValidateTopic(configs) is { } problem)
        {
            return Refused(topic.Name, ErrorCode.InvalidConfig, problem);
        }

        var view = _state.Cluster.View;
        var plan = TopicChecks.Plan(topic, _state.Config, view);
        if (!plan.IsValid)
        {
            return Refused(topic.Name, plan.Error, plan.Message);
        }

        var document = TopicDocuments.Create(topic.Name, NewTopicId(), plan.Replicas, configs, view);
        if (validateOnly)
        {
            return Done(document) with { Id = Guid.Empty };
        }

        return _state.Catalogue.TryWriteTopic(document)
            ? Settled(document)
            : Refused(topic.Name, ErrorCode.TopicAlreadyExists, $"topic '{topic.Name}' already exists");
    }

    private bool TryGrow(TopicGrowth growth, bool validateOnly, out TopicResult result)
    {
        if (_state.Catalogue.ReadTopic(growth.Name) is not { } topic)
        {
            result = Refused(growth.Name, ErrorCode.UnknownTopicOrPartition, "there is no such topic");
            return true;
        }

        if (topic.Name == TopicNames.ConsumerOffsets)
        {
            // A group's partition is its hash modulo the number of partitions: growth would part groups from their
            // offsets.
            result = Refused(growth.Name, ErrorCode.InvalidRequest, "the offsets topic can't grow") with
            {
                Id = topic.Id,
            };
            return true;
        }

        var view = _state.Cluster.View;
        var plan = TopicChecks.Plan(growth, topic, view);
        if (!plan.IsValid)
        {
            result = Refused(growth.Name, plan.Error, plan.Message) with { Id = topic.Id };
            return true;
        }

        var grown = topic.Grow(plan.Replicas, view);
        if (validateOnly)
        {
            result = Done(grown);
            return true;
        }

        if (_state.Catalogue.TryWriteTopic(grown))
        {
            result = Settled(grown);
            return true;
        }

        result = Refused(growth.Name, ErrorCode.InvalidRequest, "the topic changed meanwhile: try again");
        return false;
    }

    private bool TryDelete(TopicRef reference, out TopicResult result)
    {
        var refusal = Find(reference, out var topic);
        if (refusal is null && !_state.Config.Get(BrokerKeys.DeleteTopicEnable))
        {
            refusal = Refused(reference, ErrorCode.TopicDeletionDisabled, "delete.topic.enable is false");
        }

        if (refusal is not null)
        {
            result = refusal;
            return true;
        }

        if (_state.Catalogue.TryDeleteTopic(topic!))
        {
            _writer.Settle(ClusterCatalogue.TopicKey(topic!.Name));
            result = Done(topic);
            return true;
        }

        result = Refused(topic!.Name, ErrorCode.InvalidRequest, "the topic changed meanwhile: try again");
        return false;
    }

    /// <summary>The topic as the catalogue has it now, or why there is none.</summary>
    private TopicResult? Find(TopicRef reference, out TopicDocument? topic)
    {
        topic = null;
        if ((reference.Name is null) == (reference.Id == Guid.Empty))
        {
            return Refused(reference, ErrorCode.InvalidRequest, "a topic is named by name or by id, not by both");
        }

        var name = reference.Name ?? _state.Cluster.Image.TopicsById.GetValueOrDefault(reference.Id)?.Name;
        topic = name is null ? null : _state.Catalogue.ReadTopic(name);
        if (reference.Name is not null)
        {
            return topic is null
                ? Refused(reference, ErrorCode.UnknownTopicOrPartition, "there is no such topic")
                : null;
        }

        return topic?.Id == reference.Id
            ? null
            : Refused(reference, ErrorCode.UnknownTopicId, "there is no topic of this id");
    }

    /// <summary>
    /// The document is durable: this broker's replicas follow it, and then clients see it, before it is answered.
    /// </summary>
    private TopicResult Settled(TopicDocument topic)
    {
        _writer.Settle(ClusterCatalogue.TopicKey(topic.Name));
        return Done(_state.Cluster.Image.TopicsById.GetValueOrDefault(topic.Id) ?? topic);
    }

    private static Guid NewTopicId()
    {
        // Kafka keeps ids whose text starts with a dash out of use, as command lines would take them for options.
        Guid id;
        do
        {
            id = Guid.NewGuid();
        }
        while (id.ToByteArray(bigEndian: true)[0] >> 2 == 62);

        return id;
    }

    private static HashSet<string> NamedTwice(IEnumerable<string> names) =>
        [.. names.CountBy(name => name).Where(count => count.Value > 1).Select(count => count.Key)];

    private static string? NameOf<T>(T topic) => topic switch
    {
        NewTopic created => created.Name,
        TopicGrowth grown => grown.Name,
        TopicRef reference => reference.Name,
        _ => null,
    };

    private static TopicResult Repeated(string name) =>
        Refused(name, ErrorCode.InvalidRequest, "the topic is named more than once");

    private static TopicResult Done(TopicDocument topic) => new(topic.Name, topic.Id, ErrorCode.None, null, topic);

    private static TopicResult Refused(string? name, ErrorCode error, string? message) =>
        new(name, Guid.Empty, error, message, null);

    private static TopicResult Refused(TopicRef topic, ErrorCode error, string? message) =>
        new(topic.Name, topic.Id, error, message, null);
}
