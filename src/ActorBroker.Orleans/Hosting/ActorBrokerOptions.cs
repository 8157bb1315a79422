namespace ActorBroker.Orleans;

/// <summary>What makes a silo a broker.</summary>
public sealed class ActorBrokerOptions
{
    /// <summary>
    /// Kafka's settings, and ours, by their names in <c>docs/configuration.md</c>: <c>listeners</c>, <c>log.dirs</c>,
    /// <c>offsets.topic.replication.factor</c>... The broker's id is not among them: it is the number at the end of the
    /// silo's name (<c>broker-3</c>), by which the other silos find it.
    /// </summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    /// <summary>
    /// The grain storage that keeps the catalogue: topics, leaders, settings. Any provider with ETags will do; it has
    /// to outlive the silos, which memory does not.
    /// </summary>
    public string StorageName { get; set; } = "ActorBroker";
}
