namespace ActorBroker.Client;

/// <summary>
/// Kafka's <c>auto.offset.reset</c>: where a partition goes on when its position is not, or no longer, in the log.
/// </summary>
public enum AutoOffsetReset
{
    /// <summary>After the newest record; what is between is not read.</summary>
    Latest,

    /// <summary>At the oldest record that is still there.</summary>
    Earliest,

    /// <summary>Nowhere: reading throws, and goes on after a seek.</summary>
    None,
}
