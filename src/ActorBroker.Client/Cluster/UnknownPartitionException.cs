namespace ActorBroker.Client.Cluster;

/// <summary>
/// A topic has no such partition, as the cluster was just asked. Not retriable: who chose the number learns of it at
/// once. A group's member repeats it all the same, since its group may have asked a broker that knew more.
/// </summary>
internal sealed class UnknownPartitionException(string topic, int partition, int count)
    : KafkaException($"Topic '{topic}' has no partition {partition}: it has {count}, counted from 0.");
