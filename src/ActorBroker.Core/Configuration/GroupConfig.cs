using ActorBroker.Core.Groups;

namespace ActorBroker.Core.Configuration;

/// <summary>A consumer group's settings: its own overrides over the broker's defaults.</summary>
internal static class GroupConfig
{
    /// <summary>What the group has of its own.</summary>
    public static GroupOverrides Build(IReadOnlyDictionary<string, string> overrides) => new(
        Read(GroupKeys.SessionTimeoutMs, overrides), Read(GroupKeys.HeartbeatIntervalMs, overrides));

    /// <summary>
    /// What is wrong with the overrides, in the words of an answer to a client; null when nothing is.
    /// </summary>
    public static string? Validate(BrokerConfig broker, IReadOnlyDictionary<string, string> overrides)
    {
        foreach (var (name, text) in overrides)
        {
            if (!GroupKeys.TryGet(name, out var key))
            {
                return $"Unknown group config name: {name}; known are "
                    + string.Join(", ", GroupKeys.All.Select(static known => known.Name));
            }

            if (BrokerConfigReader.Problem(key, text) is { } problem)
            {
                return problem;
            }
        }

        return Outside(
                broker, overrides, GroupKeys.SessionTimeoutMs,
                BrokerKeys.GroupConsumerMinSessionTimeoutMs, BrokerKeys.GroupConsumerMaxSessionTimeoutMs)
            ?? Outside(
                broker, overrides, GroupKeys.HeartbeatIntervalMs,
                BrokerKeys.GroupConsumerMinHeartbeatIntervalMs, BrokerKeys.GroupConsumerMaxHeartbeatIntervalMs)
            ?? Disagreement(broker, Build(overrides));
    }

    private static string? Outside(
        BrokerConfig broker,
        IReadOnlyDictionary<string, string> overrides,
        ConfigKey<int> key,
        ConfigKey<int> least,
        ConfigKey<int> most) =>
        Read(key, overrides) is { } value && (value < broker.Get(least) || value > broker.Get(most))
            ? $"Invalid value {value} for configuration {key.Name}: {least.Name} is {broker.Get(least)} and "
                + $"{most.Name} is {broker.Get(most)}"
            : null;

    private static string? Disagreement(BrokerConfig broker, GroupOverrides group)
    {
        var sessionMs = group.SessionTimeoutMs ?? broker.Get(BrokerKeys.GroupConsumerSessionTimeoutMs);
        var intervalMs = group.HeartbeatIntervalMs ?? broker.Get(BrokerKeys.GroupConsumerHeartbeatIntervalMs);
        return sessionMs > intervalMs
            ? null
            : $"Invalid value {sessionMs} for configuration {GroupKeys.SessionTimeoutMs.Name}: not more than "
                + $"{GroupKeys.HeartbeatIntervalMs.Name}, which is {intervalMs}";
    }

    private static int? Read(ConfigKey<int> key, IReadOnlyDictionary<string, string> overrides) =>
        overrides.TryGetValue(key.Name, out var text) && key.TryRead(text, out var value, out _, out _)
            ? (int)value!
            : null;
}
