namespace ActorBroker.Client;

/// <summary>Kafka's <c>isolation.level</c>: which records of transactions are read.</summary>
public enum IsolationLevel
{
    /// <summary>All of them, those of open and aborted transactions too.</summary>
    ReadUncommitted,

    /// <summary>Those of committed transactions; reading waits before the first open one.</summary>
    ReadCommitted,
}
