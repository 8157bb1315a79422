using ActorBroker.Core.Batches;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Core.Groups;

/// <summary>The settings of a coordinator, in Kafka's names and with Kafka's defaults; times in milliseconds.</summary>
public sealed record GroupSettings
{
    // What a coordinator that begins reads of a compressed batch.
    private const int BatchBytesMax = 128 << 20;

    private const int BatchHeadBytes = 128;

    /// <summary><c>group.min.session.timeout.ms</c>: the shortest that a classic member may ask for.</summary>
    public int MinSessionTimeoutMs { get; init; } = 6_000;

    /// <summary><c>group.max.session.timeout.ms</c>: the longest that a classic member may ask for.</summary>
    public int MaxSessionTimeoutMs { get; init; } = 1_800_000;

    /// <summary><c>group.initial.rebalance.delay.ms</c>: how long a new classic group waits for more members.</summary>
    public int InitialRebalanceDelayMs { get; init; } = 3_000;

    /// <summary><c>group.max.size</c>: members of a classic group.</summary>
    public int MaxSize { get; init; } = int.MaxValue;

    /// <summary><c>group.coordinator.rebalance.protocols</c> has <c>consumer</c>.</summary>
    public bool ServesConsumerProtocol { get; init; } = true;

    /// <summary><c>group.consumer.session.timeout.ms</c>.</summary>
    public int ConsumerSessionTimeoutMs { get; init; } = 45_000;

    /// <summary><c>group.consumer.heartbeat.interval.ms</c>.</summary>
    public int ConsumerHeartbeatIntervalMs { get; init; } = 5_000;

    /// <summary>What a group has set for itself, by its id; may change at any time, and is asked each time.</summary>
    public Func<string, GroupOverrides?> OverridesOf { get; init; } = static _ => null;

    /// <summary><c>group.consumer.max.size</c>.</summary>
    public int ConsumerMaxSize { get; init; } = int.MaxValue;

    /// <summary><c>group.consumer.assignors</c> by their names in requests; the first is the default.</summary>
    public IReadOnlyList<string> ConsumerAssignors { get; init; } = ["uniform", "range"];

    /// <summary><c>group.consumer.migration.policy</c>: a classic group may become a consumer group.</summary>
    public bool MayUpgrade { get; init; } = true;

    /// <summary><c>group.consumer.migration.policy</c>: a consumer group may become a classic group.</summary>
    public bool MayDowngrade { get; init; } = true;

    /// <summary>
    /// The most that the records of one decision may take, in bytes; see <see cref="DecisionBytesMaxOf"/>. What needs
    /// more is refused before it is decided.
    /// </summary>
    public long DecisionBytesMax { get; init; } = 32 << 20;

    /// <summary><c>offset.metadata.max.bytes</c>.</summary>
    public int OffsetMetadataMaxBytes { get; init; } = 4_096;

    /// <summary><c>offsets.retention.minutes</c>, in milliseconds.</summary>
    public long OffsetsRetentionMs { get; init; } = 10_080 * 60_000L;

    /// <summary>
    /// What fits into the log: a decision is appended as a whole, behind others that fill half a segment at most, and
    /// what is compressed must also be let through by the limit of decompression.
    /// </summary>
    /// <param name="log">The settings of the partition that stores the groups.</param>
    public static long DecisionBytesMaxOf(LogConfig log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var batchBytes = Math.Min(log.SegmentBytes, RecordChecks.DecompressedBytesMax(log));
        return Math.Min((batchBytes / 2) - BatchHeadBytes, BatchBytesMax / 2);
    }
}
