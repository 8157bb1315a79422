namespace ActorBroker.Broker.Partitions;

/// <summary>
/// Learns that a partition may have more to say: its high watermark, last stable offset, log start or leadership
/// changed. Add it, then fetch once more, then wait: a change in between is then never missed.
/// </summary>
public abstract class FetchWatcher
{
    /// <summary>Called on the partition's turn: cheap, never blocking, never throwing.</summary>
    public abstract void Signal();
}
