using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// How a producer gathers records into batches, and what it asks of the broker. Kafka's name of each setting is in its
/// remarks, with Kafka's default where ours is another one. Immutable: change a copy by <c>with</c>.
/// </summary>
public sealed record ProducerOptions
{
    /// <summary>Who must have a batch before it counts as delivered.</summary>
    /// <remarks><c>acks</c>.</remarks>
    public Acks Acks { get; init; } = Acks.All;

    /// <summary>
    /// Numbers the batches, so that one which is sent again is stored once and in its place. Needs
    /// <see cref="Acks.All"/>.
    /// </summary>
    /// <remarks><c>enable.idempotence</c>.</remarks>
    public bool Idempotent { get; init; } = true;

    /// <summary>How batches are compressed.</summary>
    /// <remarks><c>compression.type</c>.</remarks>
    public CompressionCodec Compression { get; init; } = CompressionCodec.None;

    /// <summary>
    /// A batch is sent when it has this many bytes; a larger record travels in a batch of its own. Where a topic takes
    /// no batch of this size (<c>max.message.bytes</c>), batches are split, and smaller from then on.
    /// </summary>
    /// <remarks>
    /// <c>batch.size</c>, in Kafka 16,384. Memory is taken as batches grow, so a large limit costs nothing where
    /// records are few, and where they are many a broker handles large batches with far less work.
    /// </remarks>
    public int BatchBytes { get; init; } = 1000 * 1000;

    /// <summary>
    /// A batch is ready to go at the latest this long after its first record; zero sends at once, and gathers only
    /// while earlier batches are under way.
    /// </summary>
    /// <remarks><c>linger.ms</c>.</remarks>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// The most memory that records may take until they are delivered. When it is full, sending waits: that is the
    /// producer's back-pressure.
    /// </summary>
    /// <remarks><c>buffer.memory</c>, in Kafka 32 MiB, for its smaller batches.</remarks>
    public long BufferBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long sending waits for room in the buffer, or for a topic to be known, before it fails.</summary>
    /// <remarks><c>max.block.ms</c>.</remarks>
    public TimeSpan MaxBlock { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest record and the largest request; a larger record is refused before it is sent.</summary>
    /// <remarks><c>max.request.size</c>. A broker has limits of its own.</remarks>
    public int MaxRequestBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Batches of one partition on their way at a time, at most 5; 1 where the producer is not idempotent, since a
    /// repeated batch could land behind its successor.
    /// </summary>
    /// <remarks>As <c>max.in.flight.requests.per.connection</c>, but for each partition.</remarks>
    public int InFlightPerPartition { get; init; } = 5;

    /// <summary>Requests to one broker on their way at a time.</summary>
    /// <remarks><c>max.in.flight.requests.per.connection</c>.</remarks>
    public int InFlightPerBroker { get; init; } = 5;

    /// <summary>A batch that was not acknowledged after this long has failed.</summary>
    /// <remarks><c>delivery.timeout.ms</c>. <c>retries</c> has no counterpart: time alone decides.</remarks>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Chooses partitions before the default does: by the key's murmur2 hash as in every Kafka client, and for records
    /// without a key one partition for each batch.
    /// </summary>
    /// <remarks><c>partitioner.class</c>.</remarks>
    public IPartitioner? Partitioner { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BufferBytes, BatchBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InFlightPerBroker, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InFlightPerPartition, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBlock, TimeSpan.Zero);

        // A broker remembers the last five batches of a producer: a sixth one under way could not be recognised.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(InFlightPerPartition, 5);
        if (Idempotent && Acks != Acks.All)
        {
            throw new ArgumentException("An idempotent producer needs Acks.All: set Idempotent to false.");
        }
    }
}
