namespace ActorBroker.Core.Groups;

/// <summary>What one consumer group has set for itself; null: as the broker's settings say.</summary>
/// <param name="SessionTimeoutMs"><c>consumer.session.timeout.ms</c>.</param>
/// <param name="HeartbeatIntervalMs"><c>consumer.heartbeat.interval.ms</c>.</param>
public sealed record GroupOverrides(int? SessionTimeoutMs, int? HeartbeatIntervalMs);
