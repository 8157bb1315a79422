namespace ActorBroker.Client;

/// <summary>Which records are processed one after the other.</summary>
public enum ProcessingOrder
{
    /// <summary>Those of one partition.</summary>
    Partition,

    /// <summary>
    /// Those of one key (by its equality) of one partition; records without a key are each for themselves.
    /// </summary>
    Key,
}
