using System.Collections.Frozen;
using System.Globalization;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// The replicas of a topic that are copied no faster than a broker's rate: those listed as partition:broker, or, by a
/// single *, all of them (KIP-73).
/// </summary>
public sealed class ThrottledReplicas : IEquatable<ThrottledReplicas>
{
    private const string Everything = "*";

    private readonly FrozenSet<(int Partition, int Broker)> _listed;
    private readonly bool _isEverything;

    private ThrottledReplicas(IEnumerable<(int Partition, int Broker)> listed, bool isEverything)
    {
        _listed = listed.ToFrozenSet();
        _isEverything = isEverything;
    }

    /// <summary>No replica at all.</summary>
    public static ThrottledReplicas None { get; } = new([], isEverything: false);

    /// <summary>Reads a checked list.</summary>
    public static ThrottledReplicas Read(IReadOnlyList<string> list)
    {
        ArgumentNullException.ThrowIfNull(list);
        return list switch
        {
            [] => None,
            [Everything] => new([], isEverything: true),
            _ => new(list.Select(static text => TryRead(text)!.Value), isEverything: false),
        };
    }

    /// <summary>Whether a list can be read.</summary>
    public static bool IsValid(IReadOnlyList<string> list)
    {
        ArgumentNullException.ThrowIfNull(list);
        return list is [Everything] || list.All(static text => TryRead(text) is not null);
    }

    /// <summary>Whether this replica is copied no faster than the rate.</summary>
    public bool Contains(int partition, int broker) =>
        _isEverything || (_listed.Count > 0 && _listed.Contains((partition, broker)));

    /// <inheritdoc/>
    public bool Equals(ThrottledReplicas? other) =>
        other is not null && _isEverything == other._isEverything && _listed.SetEquals(other._listed);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ThrottledReplicas);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_isEverything, _listed.Count);

    private static (int Partition, int Broker)? TryRead(string text) =>
        text.Split(':') is [var partition, var broker] && TryNumber(partition, out var index) &&
        TryNumber(broker, out var id)
            ? (index, id)
            : null;

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
