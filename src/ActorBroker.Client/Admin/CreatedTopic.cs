namespace ActorBroker.Client;

/// <summary>A topic as it was created, or would be.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id; empty where the broker is too old to say, and where nothing was created.</param>
/// <param name="Partitions">How many partitions; -1 where the broker is too old to say.</param>
/// <param name="ReplicationFactor">How many replicas of each; -1 where the broker is too old to say.</param>
/// <param name="Configs">Its settings by name; none where the broker is too old to say.</param>
public sealed record CreatedTopic(
    string Name, Guid Id, int Partitions, int ReplicationFactor, IReadOnlyList<ConfigDescription> Configs);
