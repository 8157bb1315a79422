using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>How a producer gathers records into batches, and what it asks of the broker.</summary>
public sealed record ProducerOptions
{
    /// <summary>Who must have a batch before it counts as delivered.</summary>
    public Acks Acks { get; init; } = Acks.All;

    /// <summary>
    /// Numbers the batches, so that one which is sent again is stored once and in its place. Needs
    /// <see cref="Acks.All"/>.
    /// </summary>
    public bool Idempotent { get; init; } = true;

    /// <summary>How batches are compressed.</summary>
    public CompressionCodec Compression { get; init; } = CompressionCodec.None;

    /// <summary>A batch is sent when it has this many bytes; a larger record travels in a batch of its own.</summary>
    public int BatchBytes { get; init; } = 1000 * 1000;

    /// <summary>A batch is sent at the latest this long after its first record.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// The most memory that records may take until they are delivered. When it is full, sending waits: that is the
    /// producer's back-pressure.
    /// </summary>
    public long BufferBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Batches of one partition on their way at a time; 1 where the producer is not idempotent.</summary>
    public int InFlightPerPartition { get; init; } = 5;

    /// <summary>A batch that was not acknowledged after this long has failed.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
