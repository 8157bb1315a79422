using System.Collections.Immutable;
using ActorBroker.Broker.Groups;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>
/// Creates, grows and deletes topics. The catalogue's document is the point of no return; folders follow it.
/// </summary>
public sealed class TopicService
{
    private readonly BrokerState _state;
    private readonly Controller _controller;

    internal TopicService(BrokerState state, Controller controller)
    {
        _state = state;
        _controller = controller;
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
        return ForEachAsync(topics, Delete, cancel);
    }

    /// <summary>Adds partitions to each topic, or says why not.</summary>
    public Task<IReadOnlyList<TopicResult>> GrowAsync(
        IReadOnlyList<TopicGrowth> topics, bool validateOnly, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var repeated = NamedTwice(topics.Select(topic => topic.Name));
        return ForEachAsync(
            topics,
            topic => repeated.Contains(topic.Name) ? Repeated(topic.Name) : Grow(topic, validateOnly),
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
            ? OffsetsTopic.Describe(_state.Config, _state.Cluster.Image.Brokers.Count)
            : new NewTopic(name, -1, -1, null, ImmutableDictionary<string, string?>.Empty);
        var result = (await CreateAsync([topic], validateOnly: false, cancel).ConfigureAwait(false))[0];
        return result.Error == ErrorCode.TopicAlreadyExists && _state.Catalogue.ReadTopic(name) is { } existing
            ? Done(existing)
            : result;
    }

    private Task<IReadOnlyList<TopicResult>> ForEachAsync<T>(
        IReadOnlyList<T> topics, Func<T, TopicResult> act, CancellationToken cancel)
    {
        return _controller.RunAsync<IReadOnlyList<TopicResult>>(() => [.. topics.Select(Guarded)], cancel);

        TopicResult Guarded(T topic)
        {
            try
            {
                return act(topic);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
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

        var plan = TopicChecks.Plan(topic, _state.Config, image);
        if (!plan.IsValid)
        {
            return Refused(topic.Name, plan.Error, plan.Message);
        }

        var document = TopicDocuments.Create(
            topic.Name, NewTopicId(), plan.Replicas, configs, _state.Cluster.View);
        if (validateOnly)
        {
            return Done(document) with { Id = Guid.Empty };
        }

        // Read again for its version, which need not be 1 where a topic of this name was removed before.
        return _state.Catalogue.TryWriteTopic(document)
            ? Apply(_state.Catalogue.ReadTopic(document.Name) ?? document)
            : Refused(topic.Name, ErrorCode.TopicAlreadyExists, $"topic '{topic.Name}' already exists");
    }

    private TopicResult Grow(TopicGrowth growth, bool validateOnly)
    {
        if (_state.Catalogue.ReadTopic(growth.Name) is not { } topic)
        {
            return Refused(growth.Name, ErrorCode.UnknownTopicOrPartition, "there is no such topic");
        }

        if (topic.Name == TopicNames.ConsumerOffsets)
        {
            // A group's partition is its hash modulo the number of partitions: growth would part groups from their
            // offsets.
            return Refused(growth.Name, ErrorCode.InvalidRequest, "the offsets topic can't grow") with
            {
                Id = topic.Id,
            };
        }

        var plan = TopicChecks.Plan(growth, topic, _state.Cluster.Image);
        if (!plan.IsValid)
        {
            return Refused(growth.Name, plan.Error, plan.Message) with { Id = topic.Id };
        }

        var grown = topic.Grow(plan.Replicas, _state.Cluster.View);
        if (validateOnly)
        {
            return Done(grown);
        }

        return _state.Catalogue.TryWriteTopic(grown)
            ? Apply(grown)
            : Refused(growth.Name, ErrorCode.InvalidRequest, "the topic changed meanwhile: try again");
    }

    private TopicResult Delete(TopicRef reference)
    {
        if ((reference.Name is null) == (reference.Id == Guid.Empty))
        {
            return Refused(reference, ErrorCode.InvalidRequest, "a topic is named by name or by id, not by both");
        }

        var image = _state.Cluster.Image;
        TopicDocument? topic;
        if (reference.Name is { } name)
        {
            if (!image.TopicsByName.TryGetValue(name, out topic))
            {
                return Refused(name, ErrorCode.UnknownTopicOrPartition, "there is no such topic");
            }
        }
        else if (!image.TopicsById.TryGetValue(reference.Id, out topic))
        {
            return Refused(reference, ErrorCode.UnknownTopicId, "there is no topic of this id");
        }

        if (!_state.Config.Get(BrokerKeys.DeleteTopicEnable))
        {
            return Refused(reference, ErrorCode.TopicDeletionDisabled, "delete.topic.enable is false");
        }

        if (!_state.Catalogue.TryDeleteTopic(topic))
        {
            return Refused(topic.Name, ErrorCode.UnknownTopicOrPartition, "the topic was deleted meanwhile");
        }

        _state.Cluster.Remove(topic);
        var (folders, complete) = _state.Partitions.SetAsideAsync(topic).GetAwaiter().GetResult();
        _state.Removals.Add(topic.Id, folders, complete, _state.Config.ForTopic(topic.Configs).FileDeleteDelayMs);
        return Done(topic);
    }

    /// <summary>The document is durable: open what is new, tell who is there, then show it to clients.</summary>
    private TopicResult Apply(TopicDocument topic)
    {
        var config = _state.Config.ForTopic(topic.Configs);
        var opening = _state.Partitions.Open(topic, config, cleanShutdown: false);
        Task.WhenAll(opening).GetAwaiter().GetResult();
        _state.Partitions.Update(topic, config);
        _state.Cluster.Put(topic);
        return Done(topic);
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
