namespace ActorBroker.Client;

/// <summary>How a consumer fetches. The names and defaults are Kafka's where it has them.</summary>
public sealed record ConsumerOptions
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary><c>fetch.min.bytes</c>: a broker answers as soon as it has so many bytes.</summary>
    public int FetchMinBytes { get; init; } = 1;

    /// <summary><c>fetch.max.wait.ms</c>: a broker answers at the latest after this long, with what there is.</summary>
    public TimeSpan FetchMaxWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// <c>fetch.max.bytes</c>: the most bytes in one answer; a first batch that is larger comes whole.
    /// </summary>
    public int FetchMaxBytes { get; init; } = 50 * 1024 * 1024;

    /// <summary><c>max.partition.fetch.bytes</c>: the most bytes of one partition in one answer; as above.</summary>
    public int MaxPartitionFetchBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// The most memory for answers that are on their way or wait to be read, over all brokers (librdkafka's
    /// <c>queued.max.messages.kbytes</c>). Each broker has one answer on its way and up to two that wait.
    /// </summary>
    public int QueuedMaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most bytes that one compressed batch may unfold to; more is refused as corrupt.</summary>
    public int MaxDecompressedBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary><c>auto.offset.reset</c>: what happens where the position is not in the partition's log.</summary>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Latest;

    /// <summary><c>isolation.level</c>: whether records of open and aborted transactions are read.</summary>
    public IsolationLevel IsolationLevel { get; init; } = IsolationLevel.ReadUncommitted;

    /// <summary>
    /// <c>enable.partition.eof</c> (librdkafka): a result without a record tells each time a partition's end is
    /// reached.
    /// </summary>
    public bool EnablePartitionEof { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(FetchMinBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(FetchMaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPartitionFetchBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueuedMaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDecompressedBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(FetchMaxWait.Ticks, nameof(FetchMaxWait));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FetchMaxWait, WaitMax);
    }
}
