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

    /// <summary>A new producer; dispose it to have its last records delivered.</summary>
    public Producer CreateProducer(ProducerOptions? options = null) => new(_cluster, options ?? new ProducerOptions());

    /// <summary>A new consumer of one partition; dispose it to close its connection.</summary>
    public PartitionConsumer CreateConsumer(
        string topic, int partition, StartPosition start, ConsumerOptions? options = null) =>
        new(_cluster, topic, partition, start, options ?? new ConsumerOptions());

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
