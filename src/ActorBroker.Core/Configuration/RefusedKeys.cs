using System.Diagnostics.CodeAnalysis;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

internal static class RefusedKeys
{
    static RefusedKeys()
    {
    }

    public static IReadOnlyList<ConfigKey> All => Keys.Refused.Keys;

    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key)
        => Keys.Refused.TryGet(name, out key);
}
