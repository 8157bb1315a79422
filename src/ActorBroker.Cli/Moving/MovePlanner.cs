using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Moving;

/// <summary>
/// Finds other places for the replicas on one broker: each goes to a broker that does not hold the partition, best in a
/// rack of its own, best where there are the fewest. Whoever takes a replica over takes its place in the order of
/// preference, so that leaders stay as evenly spread as they were.
/// </summary>
internal sealed class MovePlanner(IReadOnlyList<BrokerDescription> brokers, IReadOnlyList<TopicDescription> topics)
{
    private readonly Dictionary<int, int> _held = topics.SelectMany(topic => topic.Partitions)
        .SelectMany(partition => partition.Replicas).CountBy(id => id).ToDictionary();

    /// <summary>The moves, by topic and partition.</summary>
    /// <param name="from">Whose replicas.</param>
    /// <param name="to">Where to; null: wherever there is room.</param>
    /// <param name="isMeant">Which partitions.</param>
    /// <exception cref="KafkaException">A partition has no other place.</exception>
    public IReadOnlyList<Move> Plan(int from, int? to, Func<TopicPartition, bool> isMeant)
    {
        var moves = new List<Move>();
        foreach (var topic in topics.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            foreach (var partition in topic.Partitions.Where(partition => partition.Replicas.Contains(from)))
            {
                var key = new TopicPartition(topic.Name, partition.Partition);
                if (isMeant(key) && Target(key, partition.Replicas, from, to) is { } target)
                {
                    moves.Add(new Move(
                        key,
                        partition.LeaderId,
                        partition.Replicas,
                        [.. partition.Replicas.Select(replica => replica == from ? target : replica)]));
                    _held[target] = _held.GetValueOrDefault(target) + 1;
                }
            }
        }

        return moves;
    }

    /// <summary>The new place; null where the wanted one has a replica already.</summary>
    private int? Target(TopicPartition partition, IReadOnlyList<int> replicas, int from, int? to)
    {
        if (to is not null)
        {
            return replicas.Contains(to.Value) ? null : to;
        }

        var racks = brokers.Where(broker => broker.Id != from && replicas.Contains(broker.Id))
            .Select(broker => broker.Rack).ToHashSet();
        return brokers
            .Where(broker => !broker.IsFenced && !replicas.Contains(broker.Id))
            .OrderBy(broker => broker.Rack is not null && racks.Contains(broker.Rack))
            .ThenBy(broker => _held.GetValueOrDefault(broker.Id))
            .ThenBy(broker => broker.Id)
            .Select(broker => (int?)broker.Id)
            .FirstOrDefault()
            ?? throw new KafkaException(
                $"{partition} has {replicas.Count} replica{(replicas.Count == 1 ? "" : "s")}, and no live broker " +
                "without one is left to take that of broker " +
                $"{from}. Start another broker, or give the partition fewer replicas by 'actorbroker partitions " +
                $"reassign --replicas {partition.Topic}:{partition.Partition}=" +
                $"{string.Join(',', replicas.Where(id => id != from))}' first.");
    }
}
