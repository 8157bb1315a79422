namespace ActorBroker.Client.Producing;

/// <summary>What a partition's sender needs of the cluster.</summary>
internal interface IProduceTarget
{
    /// <summary>The way to the partition's leader; throws a retriable failure where there is none now.</summary>
    Task<IProduceRoute> FindLeaderAsync(string topic, int partition, CancellationToken cancel);

    /// <summary>
    /// The leader is not, or no longer, where the way goes; true where another one is known by now.
    /// </summary>
    bool ForgetLeader(string topic, int partition, IProduceRoute? route);

    /// <summary>The producer's identity, which all its partitions share.</summary>
    /// <param name="wornOut">An id whose epochs a partition has used up: it gets another one.</param>
    /// <param name="cancel">Ends the waiting.</param>
    Task<ProducerIdentity> IdentityAsync(long? wornOut, CancellationToken cancel);
}
