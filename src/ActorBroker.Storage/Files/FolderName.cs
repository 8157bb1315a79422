using System.Globalization;
using ActorBroker.Records;

namespace ActorBroker.Storage.Files;

/// <summary>
/// The names of partition folders: <c>topic-0</c>, and <c>topic-0.uuid-delete</c> for one that is to go.
/// </summary>
internal static class FolderName
{
    public const string AsideSuffix = "-delete";
    private const int MaxLength = 255;

    public static string Aside(string name, Guid id)
    {
        var suffix = $".{id:N}{AsideSuffix}";
        return name[..Math.Min(name.Length, MaxLength - suffix.Length)] + suffix;
    }

    public static bool TryParse(string name, out TopicPartition partition)
    {
        partition = default;
        var dash = name.LastIndexOf('-');
        if (dash <= 0
            || !int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || name.AsSpan(dash + 1) is ['0', _, ..])
        {
            return false;
        }

        var topic = name[..dash];
        if (!topic.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            return false;
        }

        partition = new TopicPartition(topic, index);
        return true;
    }
}
