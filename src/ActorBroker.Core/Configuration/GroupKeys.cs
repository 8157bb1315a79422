using System.Diagnostics.CodeAnalysis;
using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Broker = ActorBroker.Core.Configuration.BrokerKeys;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

#pragma warning disable CS1591 // Each key carries its own sentence: a second one above it could only disagree.

/// <summary>
/// The settings of consumer groups (KIP-848); where a group doesn't set one, its broker synonym does.
/// </summary>
public static class GroupKeys
{
    public static readonly ConfigKey<int> HeartbeatIntervalMs = Keys.Group.Int(
        "consumer.heartbeat.interval.ms", 5000, AtLeast(1), Group,
        "How often members send heartbeats; within group.consumer.min.heartbeat.interval.ms and "
        + "group.consumer.max.heartbeat.interval.ms.",
        new BrokerSynonym(Broker.GroupConsumerHeartbeatIntervalMs));

    public static readonly ConfigKey<int> SessionTimeoutMs = Keys.Group.Int(
        "consumer.session.timeout.ms", 45000, AtLeast(1), Group,
        "After how long a silent member is put out; within group.consumer.min.session.timeout.ms and "
        + "group.consumer.max.session.timeout.ms, and longer than the heartbeat interval.",
        new BrokerSynonym(Broker.GroupConsumerSessionTimeoutMs));

    // An explicit static constructor: the set is complete before anyone asks for it.
    static GroupKeys()
    {
    }

    /// <summary>All of them, in the order of their declaration.</summary>
    public static IReadOnlyList<ConfigKey> All => Keys.Group.Keys;

    internal static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key) =>
        Keys.Group.TryGet(name, out key);
}
