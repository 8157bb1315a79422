using System.CommandLine;
using System.Globalization;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Commands;

/// <summary>Topics and partitions as the command line names them: <c>orders</c>, or <c>orders:0,3</c>.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partitions">Its partitions; null for all of them.</param>
internal sealed record PartitionChoice(string Topic, IReadOnlySet<int>? Partitions)
{
    public static Option<string[]> TopicOption() => new("--topic", "-t")
    {
        Description = "A topic, or some of its partitions: orders, orders:0,3; may be repeated.",
        HelpName = "topic[:partitions]",
    };

    public static List<PartitionChoice> Parse(string option, string[]? texts) =>
        [.. (texts ?? []).Select(text => Parse(option, text))];

    /// <summary>One of the choices names the partition.</summary>
    public static bool Contains(List<PartitionChoice> choices, TopicPartition partition) => choices.Exists(choice =>
        choice.Topic == partition.Topic && choice.Partitions?.Contains(partition.Partition) != false);

    /// <summary>What is named must be there.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    public static void RequireExisting(List<PartitionChoice> choices, IEnumerable<TopicDescription> topics)
    {
        var byName = topics.ToDictionary(topic => topic.Name);
        foreach (var choice in choices)
        {
            if (!byName.TryGetValue(choice.Topic, out var topic))
            {
                throw new UsageException($"There is no topic '{choice.Topic}'. See 'actorbroker topics list'.");
            }

            var present = topic.Partitions.Select(each => each.Partition);
            if (choice.Partitions?.Except(present).ToList() is [var missing, ..])
            {
                throw new UsageException(
                    $"Topic '{choice.Topic}' has no partition {missing}: it has {topic.Partitions.Count}, counted " +
                    "from 0.");
            }
        }
    }

    private static PartitionChoice Parse(string option, string text)
    {
        // No topic's name has a colon in it.
        var parts = text.Split(':');
        if (parts is [{ Length: > 0 } topic])
        {
            return new PartitionChoice(topic, null);
        }

        var numbers = parts is [{ Length: > 0 }, var list] ? list.Split(',') : [];
        var partitions = new HashSet<int>();
        foreach (var number in numbers)
        {
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
            {
                partitions.Clear();
                break;
            }

            partitions.Add(partition);
        }

        return partitions.Count > 0
            ? new PartitionChoice(parts[0], partitions)
            : throw new UsageException($"{option} '{text}' is no topic: write orders, or orders:0,3 for partitions.");
    }
}
