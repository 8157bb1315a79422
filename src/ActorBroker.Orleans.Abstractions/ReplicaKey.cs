using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorBroker.Orleans;

/// <summary>Names a replica: <c>topic-id/partition@broker</c>.</summary>
/// <param name="TopicId">The topic's id; a topic made anew under the same name is another one.</param>
/// <param name="Partition">The partition's index.</param>
/// <param name="BrokerId">Whose replica it is.</param>
public readonly record struct ReplicaKey(Guid TopicId, int Partition, int BrokerId)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{TopicId:N}/{Partition}@{BrokerId}");

    /// <summary>Reads a grain's key.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ReplicaKey key)
    {
        key = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        if (slash < 0 || at < slash ||
            !Guid.TryParseExact(text.AsSpan(0, slash), "N", out var topicId) ||
            !TryParse(text.AsSpan(slash + 1, at - slash - 1), out var partition) ||
            !TryParse(text.AsSpan(at + 1), out var brokerId))
        {
            return false;
        }

        key = new ReplicaKey(topicId, partition, brokerId);
        return true;
    }

    private static bool TryParse(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
