using ActorBroker.Core.Configuration;
using ActorBroker.Core.Groups;

namespace ActorBroker.Broker.Groups;

/// <summary>The settings of coordinators, out of the broker's.</summary>
internal static class GroupConfig
{
    public static GroupSettings SettingsOf(BrokerState state)
    {
        var config = state.Config;
        var migration = config.Get(BrokerKeys.GroupConsumerMigrationPolicy);
        return new GroupSettings
        {
            MinSessionTimeoutMs = config.Get(BrokerKeys.GroupMinSessionTimeoutMs),
            MaxSessionTimeoutMs = config.Get(BrokerKeys.GroupMaxSessionTimeoutMs),
            InitialRebalanceDelayMs = config.Get(BrokerKeys.GroupInitialRebalanceDelayMs),
            MaxSize = config.Get(BrokerKeys.GroupMaxSize),
            ServesConsumerProtocol = config.Get(BrokerKeys.GroupRebalanceProtocols).Contains("consumer"),
            ConsumerSessionTimeoutMs = config.Get(BrokerKeys.GroupConsumerSessionTimeoutMs),
            ConsumerHeartbeatIntervalMs = config.Get(BrokerKeys.GroupConsumerHeartbeatIntervalMs),
            OverridesOf = groupId => state.GroupOverrides.GetValueOrDefault(groupId),
            ConsumerMaxSize = config.Get(BrokerKeys.GroupConsumerMaxSize),
            ConsumerAssignors =
                [.. config.Get(BrokerKeys.GroupConsumerAssignors).Select(AssignorName).Distinct()],
            MayUpgrade = migration is "bidirectional" or "upgrade",
            MayDowngrade = migration is "bidirectional" or "downgrade",
            OffsetMetadataMaxBytes = config.Get(BrokerKeys.OffsetMetadataMaxBytes),
            OffsetsRetentionMs = config.Get(BrokerKeys.OffsetsRetentionMinutes) * 60_000L,
        };
    }

    private static string AssignorName(string name) =>
        name.EndsWith("RangeAssignor", StringComparison.Ordinal) || name == "range" ? "range" : "uniform";
}
