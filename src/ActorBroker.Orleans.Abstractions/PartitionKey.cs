using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorBroker.Orleans;

/// <summary>Names a partition: <c>topic/partition</c>.</summary>
/// <param name="Topic">The topic's name, in which there is no slash.</param>
/// <param name="Partition">The partition's index.</param>
public readonly record struct PartitionKey(string Topic, int Partition)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}/{Partition}");

    /// <summary>Reads a grain's key.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PartitionKey key)
    {
        key = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash <= 0 || !int.TryParse(
            text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
        {
            return false;
        }

        key = new PartitionKey(text![..slash], partition);
        return true;
    }
}
