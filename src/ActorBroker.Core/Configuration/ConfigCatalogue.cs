using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Core.Configuration;

/// <summary>Finds the key of a name, or the known name that is nearest to a name that isn't.</summary>
internal static class ConfigCatalogue
{
    /// <summary>Every broker setting that may be written: honoured, ignored and refused.</summary>
    public static IEnumerable<ConfigKey> BrokerSettings
        => BrokerKeys.All.Concat(AcceptedKeys.All).Concat(RefusedKeys.All);

    /// <summary>Every topic setting that may be written.</summary>
    public static IEnumerable<ConfigKey> TopicSettings => TopicKeys.All.Concat(AcceptedTopicKeys.All);

    public static bool TryGetBroker(string name, [NotNullWhen(true)] out ConfigKey? key)
    {
        key = name == "node.id" ? BrokerKeys.BrokerId : null;
        return key is not null
            || BrokerKeys.TryGet(name, out key)
            || AcceptedKeys.TryGet(name, out key)
            || RefusedKeys.TryGet(name, out key);
    }

    public static bool TryGetTopic(string name, [NotNullWhen(true)] out ConfigKey? key)
        => TopicKeys.TryGet(name, out key) || AcceptedTopicKeys.TryGet(name, out key);

    /// <summary>Half a sentence that helps to put an unknown name right.</summary>
    public static string Hint(string name)
    {
        if (TryGetTopic(name, out var topicKey))
        {
            return topicKey.BrokerSynonyms.Count > 0
                ? $"it is a topic setting; the broker's default for it is {topicKey.BrokerSynonyms[0].Key.Name}"
                : "it is a topic setting: set it on the topic";
        }

        var (nearest, distance) = Nearest(name, BrokerSettings);
        return distance <= Math.Max(2, name.Length / 3)
            ? $"did you mean {nearest}?"
            : "docs/configuration.md lists the names";
    }

    /// <summary>The known name with the fewest edits, and how many those are.</summary>
    internal static (string Name, int Distance) Nearest(string name, IEnumerable<ConfigKey> keys)
    {
        var best = ("", int.MaxValue);
        foreach (var key in keys)
        {
            var distance = Distance(name, key.Name);
            if (distance < best.Item2)
            {
                best = (key.Name, distance);
            }
        }

        return best;
    }

    private static int Distance(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++)
        {
            row[column] = column;
        }

        for (var line = 1; line <= left.Length; line++)
        {
            var diagonal = row[0];
            row[0] = line;
            for (var column = 1; column <= right.Length; column++)
            {
                var replaced = diagonal + (left[line - 1] == right[column - 1] ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.Min(replaced, 1 + Math.Min(row[column], row[column - 1]));
            }
        }

        return row[right.Length];
    }
}
