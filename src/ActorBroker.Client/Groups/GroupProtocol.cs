namespace ActorBroker.Client;

/// <summary>Kafka's <c>group.protocol</c>: who computes a group's assignment, and how members learn of it.</summary>
public enum GroupProtocol
{
    /// <summary>The members: one of them assigns, and everybody joins again when something changes.</summary>
    Classic,

    /// <summary>The broker (KIP-848, Kafka 4.0): members are moved one by one, the others never stop.</summary>
    Consumer,
}
