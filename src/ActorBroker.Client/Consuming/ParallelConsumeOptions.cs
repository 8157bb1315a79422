namespace ActorBroker.Client;

/// <summary>How <see cref="IConsumer{TKey,TValue}.ConsumeParallelAsync"/> works.</summary>
public sealed record ParallelConsumeOptions
{
    /// <summary>How many records are processed at a time, at most.</summary>
    public int Degree { get; init; } = Environment.ProcessorCount;

    /// <summary>What is kept in order.</summary>
    public ProcessingOrder Order { get; init; } = ProcessingOrder.Partition;

    /// <summary>How many records are taken and not yet processed, at most; then reading waits.</summary>
    public int MaxInFlight { get; init; } = 1000;

    /// <summary>
    /// How long a rebalance waits for records of revoked partitions that are being processed. Those that are not ready
    /// by then are not committed: their new owner processes them again.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Degree, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInFlight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(DrainTimeout, TimeSpan.Zero);
    }
}
