using System.Globalization;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Batches;

/// <summary>The times that a topic takes from producers now.</summary>
/// <param name="EarliestMs">From here on.</param>
/// <param name="LatestMs">Up to here.</param>
internal readonly record struct TimestampLimits(long EarliestMs, long LatestMs)
{
    /// <summary>A record without a time.</summary>
    private const long NoTimestamp = -1;

    /// <summary>Where the broker sets the time, the producer's is of no account.</summary>
    public static TimestampLimits Of(LogConfig config, long nowMs) =>
        config.MessageTimestampType == TimestampType.LogAppendTime
            ? new TimestampLimits(long.MinValue, long.MaxValue)
            : new TimestampLimits(Before(nowMs, config.TimestampBeforeMaxMs), After(nowMs, config.TimestampAfterMaxMs));

    public bool Allow(long timestampMs) =>
        timestampMs == NoTimestamp || (timestampMs >= EarliestMs && timestampMs <= LatestMs);

    /// <summary>All times from one to the other are allowed.</summary>
    public bool AllowRange(long firstMs, long lastMs) => firstMs >= EarliestMs && lastMs <= LatestMs;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{EarliestMs}, {LatestMs}]");

    private static long Before(long nowMs, long maxMs) => maxMs == long.MaxValue ? long.MinValue : nowMs - maxMs;

    private static long After(long nowMs, long maxMs) => maxMs > long.MaxValue - nowMs ? long.MaxValue : nowMs + maxMs;
}
