using System.Diagnostics.CodeAnalysis;
using static ActorBroker.Core.Configuration.Allow;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

/// <summary>Kafka's topic settings that may be set and have no effect here, and those that are refused.</summary>
internal static class AcceptedTopicKeys
{
    static AcceptedTopicKeys()
    {
        Keys.TopicIgnored.Long(
            "local.retention.bytes", -2, AtLeast(-2L), ConfigScope.Topic, "The size kept on local disks when tiered.");
        Keys.TopicIgnored.Long(
            "local.retention.ms", -2, AtLeast(-2L), ConfigScope.Topic, "The time kept on local disks when tiered.");
        Keys.TopicIgnored.Boolean(
            "message.downconversion.enable", true, ConfigScope.Topic,
            "Whether stored batches are rewritten for clients that only read older formats.");
        Keys.TopicIgnored.String(
            "message.format.version", "3.0-IV1", null, ConfigScope.Topic, "The record format; here always version 2.");
        Keys.TopicIgnored.Boolean(
            "remote.log.copy.disable", false, ConfigScope.Topic, "Whether a tiered topic is copied no further.");
        Keys.TopicIgnored.Boolean(
            "remote.log.delete.on.disable", false, ConfigScope.Topic,
            "Whether the remote part goes when tiering is switched off.");
        Keys.TopicRefused.Boolean(
            "remote.storage.enable", false, ConfigScope.Topic, "Whether the topic is tiered.");
    }

    public static IReadOnlyList<ConfigKey> All => [.. Keys.TopicIgnored.Keys, .. Keys.TopicRefused.Keys];

    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key)
        => Keys.TopicIgnored.TryGet(name, out key) || Keys.TopicRefused.TryGet(name, out key);
}
