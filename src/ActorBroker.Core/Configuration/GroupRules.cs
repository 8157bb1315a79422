namespace ActorBroker.Core.Configuration;

/// <summary>What the settings of groups say about each other.</summary>
internal static class GroupRules
{
    /// <summary>Throws what <paramref name="fail"/> makes of the first setting that contradicts another.</summary>
    public static void Check(BrokerConfig config, Func<ConfigKey, string, ConfigurationException> fail)
    {
        AtMost(BrokerKeys.GroupMinSessionTimeoutMs, BrokerKeys.GroupMaxSessionTimeoutMs);
        AtMost(BrokerKeys.GroupConsumerMinSessionTimeoutMs, BrokerKeys.GroupConsumerMaxSessionTimeoutMs);
        AtLeast(BrokerKeys.GroupConsumerSessionTimeoutMs, BrokerKeys.GroupConsumerMinSessionTimeoutMs);
        AtMost(BrokerKeys.GroupConsumerSessionTimeoutMs, BrokerKeys.GroupConsumerMaxSessionTimeoutMs);
        AtMost(BrokerKeys.GroupConsumerMinHeartbeatIntervalMs, BrokerKeys.GroupConsumerMaxHeartbeatIntervalMs);
        AtLeast(BrokerKeys.GroupConsumerHeartbeatIntervalMs, BrokerKeys.GroupConsumerMinHeartbeatIntervalMs);
        AtMost(BrokerKeys.GroupConsumerHeartbeatIntervalMs, BrokerKeys.GroupConsumerMaxHeartbeatIntervalMs);
        if (config.Get(BrokerKeys.GroupConsumerHeartbeatIntervalMs) >=
            config.Get(BrokerKeys.GroupConsumerSessionTimeoutMs))
        {
            throw fail(
                BrokerKeys.GroupConsumerHeartbeatIntervalMs,
                $"must be less than {BrokerKeys.GroupConsumerSessionTimeoutMs.Name}, which is "
                + config.Get(BrokerKeys.GroupConsumerSessionTimeoutMs));
        }

        void AtMost(ConfigKey<int> key, ConfigKey<int> limit)
        {
            if (config.Get(key) > config.Get(limit))
            {
                throw fail(key, $"must not be above {limit.Name}, which is {config.Get(limit)}");
            }
        }

        void AtLeast(ConfigKey<int> key, ConfigKey<int> limit)
        {
            if (config.Get(key) < config.Get(limit))
            {
                throw fail(key, $"must not be below {limit.Name}, which is {config.Get(limit)}");
            }
        }
    }
}
