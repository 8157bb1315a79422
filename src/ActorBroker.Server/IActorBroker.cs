namespace ActorBroker.Server;

/// <summary>A broker that runs in this process.</summary>
public interface IActorBroker
{
    /// <summary>
    /// What a Kafka client's <c>bootstrap.servers</c> wants: <c>host:port</c> of the first listener, with the real
    /// port.
    /// </summary>
    /// <exception cref="InvalidOperationException">The broker was never up.</exception>
    string BootstrapServers { get; }

    /// <summary>The broker's number: <c>broker.id</c>.</summary>
    /// <exception cref="InvalidOperationException">The broker was never up.</exception>
    int BrokerId { get; }

    /// <summary>The id of its cluster, as it stands in the data folder.</summary>
    /// <exception cref="InvalidOperationException">The broker was never up.</exception>
    string ClusterId { get; }

    /// <summary>Creates a topic, as a Kafka client's CreateTopics would.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="partitions">How many partitions it has; null: <c>num.partitions</c>.</param>
    /// <param name="configs">Topic settings by Kafka's names, as <c>cleanup.policy</c>; null: none.</param>
    /// <param name="cancel">Gives up waiting; the topic may still come to be.</param>
    /// <exception cref="TopicCreationException">The broker refuses; the message says why.</exception>
    /// <exception cref="InvalidOperationException">The broker is not up.</exception>
    Task CreateTopicAsync(
        string name, int? partitions = null, IReadOnlyDictionary<string, string>? configs = null,
        CancellationToken cancel = default);
}
