using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Broker.Catalogue;

/// <summary>The catalogue's documents as values.</summary>
internal sealed class ClusterCatalogue(ICatalogue documents)
{
    private const string Topics = "topics";
    private const string Configs = "configs";
    private const string GroupConfigs = "group-configs";
    private const string Cluster = "cluster";
    private const string Deletions = "deletions";
    private static readonly CatalogueKey ProducerIds = new(Cluster, "producer-ids");

    /// <summary>Every topic.</summary>
    public IReadOnlyList<TopicDocument> ListTopics() => [.. documents.List(Topics).Select(ToTopic)];

    /// <summary>A topic, or null.</summary>
    public TopicDocument? ReadTopic(string name) =>
        documents.Read(new CatalogueKey(Topics, name)) is { } document ? ToTopic(document) : null;

    /// <summary>
    /// Writes a topic's next version (1: it is new; read it for the version it got); false when the stored version isn't
    /// the one before it: somebody was faster.
    /// </summary>
    public bool TryWriteTopic(TopicDocument next)
    {
        var body = Serialize(ToBody(next), CatalogueJson.Default.TopicBody);
        return documents.TryWrite(new CatalogueKey(Topics, next.Name), next.Version - 1, body);
    }

    /// <summary>
    /// Removes a topic: first a note that its folders are to go, so that a crash right after is not taken for a lost
    /// catalogue; then the document, which is the point of no return.
    /// </summary>
    public bool TryDeleteTopic(TopicDocument topic)
    {
        var note = DeletionKey(topic.Id);
        if (documents.Read(note) is null &&
            !documents.TryWrite(note, 0, Serialize(new DeletionBody(topic.Name), CatalogueJson.Default.DeletionBody)))
        {
            return false;
        }

        return documents.TryDelete(new CatalogueKey(Topics, topic.Name), topic.Version);
    }

    /// <summary>The deleted topics of which folders may be left.</summary>
    public IReadOnlySet<Guid> ListDeletions() =>
        documents.List(Deletions).Select(document => Guid.ParseExact(document.Key.Name, "N")).ToHashSet();

    /// <summary>No folder of the deleted topic is left.</summary>
    public void FinishDeletion(Guid topicId)
    {
        if (documents.Read(DeletionKey(topicId)) is { } note)
        {
            documents.TryDelete(note.Key, note.Version);
        }
    }

    /// <summary>Settings made at run time for one broker, or for all (null), with their version.</summary>
    public (ImmutableSortedDictionary<string, string> Configs, long Version) ReadConfigs(int? brokerId)
    {
        if (documents.Read(ConfigKey(brokerId)) is not { } document)
        {
            return (ImmutableSortedDictionary<string, string>.Empty, 0);
        }

        var body = Deserialize(document, CatalogueJson.Default.ConfigsBody);
        return (body.Configs.ToImmutableSortedDictionary(StringComparer.Ordinal), document.Version);
    }

    /// <summary>Replaces them, if the version is still the given one.</summary>
    public bool TryWriteConfigs(int? brokerId, long version, IReadOnlyDictionary<string, string> configs)
    {
        var body = new ConfigsBody(new Dictionary<string, string>(configs));
        return documents.TryWrite(ConfigKey(brokerId), version, Serialize(body, CatalogueJson.Default.ConfigsBody));
    }

    /// <summary>The settings of every consumer group that has some.</summary>
    public IEnumerable<(string GroupId, ImmutableSortedDictionary<string, string> Configs)> ListGroupConfigs() =>
        documents.List(GroupConfigs).Select(static document =>
        {
            var body = Deserialize(document, CatalogueJson.Default.GroupConfigsBody);
            return (body.GroupId, body.Configs.ToImmutableSortedDictionary(StringComparer.Ordinal));
        });

    /// <summary>A consumer group's settings, with their version.</summary>
    public (ImmutableSortedDictionary<string, string> Configs, long Version) ReadGroupConfigs(string groupId)
    {
        if (documents.Read(GroupConfigKey(groupId)) is not { } document)
        {
            return (ImmutableSortedDictionary<string, string>.Empty, 0);
        }

        var body = Deserialize(document, CatalogueJson.Default.GroupConfigsBody);
        return (body.Configs.ToImmutableSortedDictionary(StringComparer.Ordinal), document.Version);
    }

    /// <summary>Replaces them, if the version is still the given one.</summary>
    public bool TryWriteGroupConfigs(string groupId, long version, IReadOnlyDictionary<string, string> configs)
    {
        var body = new GroupConfigsBody(groupId, new Dictionary<string, string>(configs));
        return documents.TryWrite(
            GroupConfigKey(groupId), version, Serialize(body, CatalogueJson.Default.GroupConfigsBody));
    }

    /// <summary>Takes a block of producer ids that nobody else will get; returns its first.</summary>
    public long TakeProducerIds(int count)
    {
        while (true)
        {
            var document = documents.Read(ProducerIds);
            var next = document is null
                ? 0
                : Deserialize(document, CatalogueJson.Default.ProducerIdsBody).NextProducerId;
            var body = Serialize(new ProducerIdsBody(next + count), CatalogueJson.Default.ProducerIdsBody);
            if (documents.TryWrite(ProducerIds, document?.Version ?? 0, body))
            {
                return next;
            }
        }
    }

    private static CatalogueKey DeletionKey(Guid topicId) => new(Deletions, topicId.ToString("N"));

    private static CatalogueKey ConfigKey(int? brokerId) =>
        new(Configs, brokerId is { } id ? $"broker-{id}" : "broker-default");

    // A group's id may have any character, and any case.
    private static CatalogueKey GroupConfigKey(string groupId) =>
        new(GroupConfigs, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(groupId))));

    private static byte[] Serialize<T>(T body, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(body, type);

    private static T Deserialize<T>(CatalogueDocument document, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(document.Body.Span, type) ?? throw new JsonException("the body is null");
        }
        catch (JsonException failure)
        {
            throw FileCatalogue.Corrupt($"{document.Key.Kind}/{document.Key.Name}", failure);
        }
    }

    private static TopicDocument ToTopic(CatalogueDocument document)
    {
        var body = Deserialize(document, CatalogueJson.Default.TopicBody);
        return new TopicDocument(
            body.Name,
            body.Id,
            document.Version,
            [.. body.Partitions.Select(partition => ToState(document, partition))],
            (body.Configs ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private static PartitionState ToState(CatalogueDocument document, PartitionBody body)
    {
        var state = new PartitionState(
            [.. body.Replicas], [.. body.InSync], body.Leader, body.LeaderEpoch, [.. body.EligibleLeaders ?? []])
        {
            InSyncEpochs = [.. body.InSyncEpochs ?? []],
            EligibleLeaderEpochs = [.. body.EligibleLeaderEpochs ?? []],
            Adding = [.. body.Adding ?? []],
            Removing = [.. body.Removing ?? []],
        };

        // Epochs are missing as a whole, or there is one for each.
        return Fits(state.InSync, state.InSyncEpochs) && Fits(state.EligibleLeaders, state.EligibleLeaderEpochs)
            ? state
            : throw FileCatalogue.Corrupt(
                $"{document.Key.Kind}/{document.Key.Name}", new FormatException("broker epochs are missing"));

        static bool Fits(ImmutableArray<int> members, ImmutableArray<long> epochs) =>
            epochs.IsEmpty || epochs.Length == members.Length;
    }

    private static TopicBody ToBody(TopicDocument topic) => new(
        topic.Name,
        topic.Id,
        [.. topic.Partitions.Select(partition => new PartitionBody(
            [.. partition.Replicas],
            [.. partition.InSync],
            partition.Leader,
            partition.LeaderEpoch,
            [.. partition.EligibleLeaders],
            [.. partition.InSyncEpochs],
            [.. partition.EligibleLeaderEpochs],
            [.. partition.Adding],
            [.. partition.Removing]))],
        new Dictionary<string, string>(topic.Configs));
}
