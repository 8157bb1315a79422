using System.Diagnostics.CodeAnalysis;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

internal static class AcceptedTopicKeys
{
    static AcceptedTopicKeys()
    {
    }

    public static IReadOnlyList<ConfigKey> All => Keys.TopicIgnored.Keys;

    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key)
        => Keys.TopicIgnored.TryGet(name, out key);
}
