using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>What becomes of a set of overrides under a list of changes.</summary>
internal readonly record struct ConfigEdit(ConfigResult Result, ImmutableSortedDictionary<string, string> Configs)
{
    /// <summary>No overrides.</summary>
    public static ImmutableSortedDictionary<string, string> None { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <param name="present">The overrides now.</param>
    /// <param name="changes">What to do; each name at most once.</param>
    /// <param name="effective">The settings in force, for what a list is appended to and which settings are
    /// lists.</param>
    public static ConfigEdit Apply(
        ImmutableSortedDictionary<string, string> present,
        IReadOnlyList<ConfigChange> changes,
        IReadOnlyList<ConfigEntry> effective)
    {
        var configs = present;
        var named = new HashSet<string>();
        foreach (var change in changes)
        {
            if (!named.Add(change.Name))
            {
                return Refused(ErrorCode.InvalidRequest, $"{change.Name} is named more than once");
            }

            if (change.Operation > ConfigOperation.Subtract)
            {
                return Refused(ErrorCode.InvalidRequest, $"{change.Operation} is no operation on {change.Name}.");
            }

            if (change.Operation == ConfigOperation.Delete)
            {
                configs = configs.Remove(change.Name);
                continue;
            }

            if (change.Value is not { } value)
            {
                return Refused(ErrorCode.InvalidConfig, $"{change.Name} needs a value");
            }

            if (change.Operation == ConfigOperation.Set)
            {
                configs = configs.SetItem(change.Name, value);
                continue;
            }

            var entry = effective.FirstOrDefault(entry => entry.Name == change.Name);
            if (entry?.Type != ConfigType.List)
            {
                return Refused(ErrorCode.InvalidConfig, $"{change.Name} is not a list: it can only be set or deleted");
            }

            configs = change.Operation == ConfigOperation.Append
                ? ConfigEdits.Append(configs, change.Name, value, entry.Value)
                : ConfigEdits.Subtract(configs, change.Name, value, entry.Value);
        }

        return new ConfigEdit(default, configs);
    }

    private static ConfigEdit Refused(ErrorCode error, string message) => new(new ConfigResult(error, message), None);
}
