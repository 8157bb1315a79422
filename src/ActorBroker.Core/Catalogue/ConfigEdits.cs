using System.Collections.Immutable;

namespace ActorBroker.Core.Catalogue;

/// <summary>
/// IncrementalAlterConfigs' operations on the configs that are set on a resource. Whether a name exists, takes a
/// list or allows the value is for the configuration keys to say.
/// </summary>
public static class ConfigEdits
{
    /// <summary>Gives it this value.</summary>
    public static ImmutableSortedDictionary<string, string> Set(
        ImmutableSortedDictionary<string, string> configs, string name, string value)
    {
        ArgumentNullException.ThrowIfNull(configs);
        return configs.SetItem(name, value);
    }

    /// <summary>Back to what it inherits.</summary>
    public static ImmutableSortedDictionary<string, string> Delete(
        ImmutableSortedDictionary<string, string> configs, string name)
    {
        ArgumentNullException.ThrowIfNull(configs);
        return configs.Remove(name);
    }

    /// <summary>Adds to a list what is not in it yet.</summary>
    /// <param name="configs">As set now.</param>
    /// <param name="name">The list.</param>
    /// <param name="items">Comma-separated items to add.</param>
    /// <param name="inherited">The list in force where none is set on the resource.</param>
    public static ImmutableSortedDictionary<string, string> Append(
        ImmutableSortedDictionary<string, string> configs, string name, string items, string? inherited)
    {
        ArgumentNullException.ThrowIfNull(configs);
        var present = Split(configs.GetValueOrDefault(name) ?? inherited);
        return configs.SetItem(name, string.Join(',', present.Union(Split(items), StringComparer.Ordinal)));
    }

    /// <summary>Takes from a list what is in it.</summary>
    /// <param name="configs">As set now.</param>
    /// <param name="name">The list.</param>
    /// <param name="items">Comma-separated items to take.</param>
    /// <param name="inherited">The list in force where none is set on the resource.</param>
    public static ImmutableSortedDictionary<string, string> Subtract(
        ImmutableSortedDictionary<string, string> configs, string name, string items, string? inherited)
    {
        ArgumentNullException.ThrowIfNull(configs);
        var present = Split(configs.GetValueOrDefault(name) ?? inherited);
        return configs.SetItem(name, string.Join(',', present.Except(Split(items), StringComparer.Ordinal)));
    }

    private static string[] Split(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
