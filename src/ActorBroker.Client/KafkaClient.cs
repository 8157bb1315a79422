using ActorBroker.Client.Cluster;

namespace ActorBroker.Client;

/// <summary>
/// The way into a cluster: one for a process is enough. Producers, consumers and the admin client made from it share
/// its knowledge of the cluster and its connections; only a consumer's fetches have their own. Thread-safe.
/// </summary>
/// <remarks>Nothing is connected before it is needed. Dispose producers and consumers first, then the client.</remarks>
public sealed class KafkaClient : IAsyncDisposable
{
    private readonly ClusterClient _cluster;

    /// <summary>A client with these options; a malformed bootstrap list is refused here.</summary>
    public KafkaClient(ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _cluster = new ClusterClient(options);
        Admin = new AdminClient(_cluster);
    }

    /// <summary>Creates, lists, describes and deletes.</summary>
    public AdminClient Admin { get; }

    /// <summary>A new producer of typed records; dispose it to have its last records delivered.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="keys">Writes the keys: one of <see cref="Serializers"/>, or your own.</param>
    /// <param name="values">Writes the values.</param>
    /// <param name="options">How to gather and send; null for the defaults.</param>
    public Producer<TKey, TValue> CreateProducer<TKey, TValue>(
        ISerializer<TKey> keys, ISerializer<TValue> values, ProducerOptions? options = null) =>
        new(CreateProducer(options), keys, values);

    /// <summary>A new producer of bytes; dispose it to have its last records delivered.</summary>
    public Producer CreateProducer(ProducerOptions? options = null) => new(_cluster, options ?? new ProducerOptions());

    /// <summary>A new consumer of typed records; dispose it to close its connections.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="keys">Reads the keys: one of <see cref="Deserializers"/>, or your own.</param>
    /// <param name="values">Reads the values.</param>
    /// <param name="options">How to fetch; null for the defaults.</param>
    public Consumer<TKey, TValue> CreateConsumer<TKey, TValue>(
        IDeserializer<TKey> keys, IDeserializer<TValue> values, ConsumerOptions? options = null) =>
        new(_cluster, keys, values, options ?? new ConsumerOptions());

    /// <summary>A new consumer of bytes, to be read batch by batch; dispose it to close its connections.</summary>
    public Consumer<byte[]?, byte[]?> CreateConsumer(ConsumerOptions? options = null) =>
        CreateConsumer(Deserializers.ByteArray, Deserializers.ByteArray, options);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
