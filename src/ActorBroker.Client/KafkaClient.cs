using ActorBroker.Client.Cluster;

namespace ActorBroker.Client;

/// <summary>
/// The way into a cluster: one for a process is enough. Producers, consumers and the admin client made from it share
/// its
/// knowledge of the cluster; producers and the admin client share its connections too. Thread-safe.
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

    /// <summary>A new consumer of one partition; dispose it to close its connection.</summary>
    public PartitionConsumer CreateConsumer(
        string topic, int partition, StartPosition start, ConsumerOptions? options = null) =>
        new(_cluster, topic, partition, start, options ?? new ConsumerOptions());

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
