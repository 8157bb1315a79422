using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Broker.Catalogue;

/// <summary>The catalogue's documents as values.</summary>
internal sealed partial class ClusterCatalogue(ICatalogue documents)
{
    public const string Topics = "topics";
    public const string Configs = "configs";
    public const string GroupConfigs = "group-configs";
    public const string Brokers = "brokers";
    private const string Cluster = "cluster";
    private const string Deletions = "deletions";
    private static readonly CatalogueKey ProducerIds = new(Cluster, "producer-ids");
    private static readonly CatalogueKey ClusterIds = new(Cluster, "cluster-id");
    private static readonly CatalogueKey BrokerEpochs = new(Cluster, "broker-epochs");

    /// <summary>The documents themselves.</summary>
    public ICatalogue Documents => documents;

    /// <summary>Names a topic's document.</summary>
    public static CatalogueKey TopicKey(string name) => new(Topics, name);

    /// <summary>Every topic.</summary>
    public IReadOnlyList<TopicDocument> ListTopics() => [.. documents.List(Topics).Select(ToTopic)];

    /// <summary>A topic, or null.</summary>
    public TopicDocument? ReadTopic(string name) =>
        documents.Read(TopicKey(name)) is { } document ? ToTopic(document) : null;

    /// <summary>
    /// Writes a topic's next version (1: it is new; read it for the version it got); false when the stored version
    /// isn't the one before it: somebody was faster.
    /// </summary>
    public bool TryWriteTopic(TopicDocument next) => TryWriteTopics([next])[0];

    /// <summary>The same for several topics, made durable together; answers by index.</summary>
    public IReadOnlyList<bool> TryWriteTopics(IEnumerable<TopicDocument> next) => documents.TryWrite(
    [
        .. next.Select(static topic => new CatalogueWrite(
            TopicKey(topic.Name), topic.Version - 1, Serialize(ToBody(topic), CatalogueJson.Default.TopicBody))),
    ]);

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

    /// <summary>Names the document of settings made at run time for one broker, or for all (null).</summary>
    public static CatalogueKey ConfigKey(int? brokerId) =>
        new(Configs, brokerId is { } id ? $"broker-{id}" : "broker-default");

    /// <summary>Names a group's document; its id may have any character, and any case.</summary>
    public static CatalogueKey GroupConfigKey(string groupId) =>
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
}
