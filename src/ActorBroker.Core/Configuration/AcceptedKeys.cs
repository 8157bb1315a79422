using System.Diagnostics.CodeAnalysis;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

internal static class AcceptedKeys
{
    public static readonly ConfigKey<IReadOnlyList<string>> ProcessRoles = Keys.NoQuorum.List(
        "process.roles", [], Allow.SomeOf("broker", "controller"), ConfigScope.ReadOnly, "KRaft: what the process is.");

    static AcceptedKeys()
    {
    }

    public static IReadOnlyList<ConfigKey> All => [.. Keys.Later.Keys, .. Keys.NotNeeded.Keys, .. Keys.NoQuorum.Keys];

    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key)
        => Keys.Later.TryGet(name, out key) || Keys.NotNeeded.TryGet(name, out key) || Keys.NoQuorum.TryGet(name, out key);
}
