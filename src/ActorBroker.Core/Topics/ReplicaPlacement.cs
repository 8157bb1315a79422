using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Records;

namespace ActorBroker.Core.Topics;

/// <summary>
/// Which brokers hold which replicas of a new topic, or of the partitions that a topic grows by. Leaders and replicas
/// spread evenly, and over as many racks as there are; the same start gives the same places.
/// </summary>
/// <remarks>
/// The brokers stand in a ring, in which racks alternate. Partition by partition the leader is the next broker of the
/// ring; its followers come after it, further away with each full round, so that a broker's partitions do not all
/// have the same followers.
/// </remarks>
public static class ReplicaPlacement
{
    /// <summary>Partitions that one request may add: each is a folder and files on every broker that holds
    /// it.</summary>
    public const int PartitionsMax = 10_000;

    /// <summary>Places partitions <paramref name="firstPartition"/> and following.</summary>
    /// <param name="brokers">The live brokers.</param>
    /// <param name="partitions">How many to place.</param>
    /// <param name="replicationFactor">Replicas of each.</param>
    /// <param name="start">Where in the ring to begin; a random number spreads small topics.</param>
    /// <param name="firstPartition">Index of the first one.</param>
    public static Placement Place(
        IReadOnlyList<PlacementBroker> brokers,
        int partitions,
        int replicationFactor,
        int start,
        int firstPartition = 0)
    {
        ArgumentNullException.ThrowIfNull(brokers);
        if (CheckCount(partitions) is { } refused)
        {
            return refused;
        }

        if (replicationFactor < 1 || replicationFactor > brokers.Count)
        {
            return Placement.Refused(
                ErrorCode.InvalidReplicationFactor,
                $"the replication factor is from 1 to the number of brokers, {brokers.Count}; not {replicationFactor}");
        }

        var ring = RingOf(brokers);
        var places = new ImmutableArray<int>[partitions];
        for (var index = 0; index < partitions; index++)
        {
            places[index] = PlaceOne(ring, replicationFactor, (ulong)(uint)start + (uint)firstPartition + (uint)index);
        }

        return Placement.Of(places);
    }

    /// <summary>Checks a new topic's replicas as its creator gave them.</summary>
    public static Placement Manual(IReadOnlyDictionary<int, int[]> assignments, IReadOnlyList<PlacementBroker> brokers)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        if (CheckCount(assignments.Count) is { } refused)
        {
            return refused;
        }

        var lists = new int[assignments.Count][];
        for (var partition = 0; partition < lists.Length; partition++)
        {
            if (!assignments.TryGetValue(partition, out lists[partition]!))
            {
                return Placement.Refused(
                    ErrorCode.InvalidReplicaAssignment,
                    $"partitions must be numbered from 0 without a gap; {partition} is missing");
            }
        }

        return CheckLists(lists, lists[0]?.Length ?? 0, brokers);
    }

    /// <summary>Places the partitions by which a topic grows.</summary>
    /// <param name="topic">As it is now.</param>
    /// <param name="count">Its new total.</param>
    /// <param name="assignments">The replicas of each new partition, or null: chosen here.</param>
    /// <param name="brokers">The live brokers.</param>
    /// <param name="start">Where in the ring to begin.</param>
    /// <returns>The new partitions only.</returns>
    public static Placement Grow(
        TopicDocument topic,
        int count,
        IReadOnlyList<int[]>? assignments,
        IReadOnlyList<PlacementBroker> brokers,
        int start)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var present = topic.Partitions.Length;
        if (count <= present)
        {
            return Placement.Refused(
                ErrorCode.InvalidPartitions, $"the topic has {present} partitions already, it can't go to {count}");
        }

        var replicationFactor = topic.Partitions[0].Replicas.Length;
        if (assignments is null)
        {
            return Place(brokers, count - present, replicationFactor, start, present);
        }

        if (assignments.Count != count - present)
        {
            return Placement.Refused(
                ErrorCode.InvalidReplicaAssignment,
                $"{count - present} partitions are new, {assignments.Count} are assigned");
        }

        return CheckCount(assignments.Count) ?? CheckLists(assignments, replicationFactor, brokers);
    }

    private static Placement? CheckCount(int partitions) => partitions switch
    {
        < 1 => Placement.Refused(ErrorCode.InvalidPartitions, $"a topic has at least one partition, not {partitions}"),
        > PartitionsMax => Placement.Refused(
            ErrorCode.PolicyViolation, $"one request may add {PartitionsMax} partitions, not {partitions}"),
        _ => null,
    };

    private static Placement CheckLists(
        IReadOnlyList<int[]> lists, int replicationFactor, IReadOnlyList<PlacementBroker> brokers)
    {
        var known = brokers.Select(broker => broker.Id).ToHashSet();
        foreach (var replicas in lists)
        {
            if (Problem(replicas, replicationFactor, known) is { } problem)
            {
                return Placement.Refused(ErrorCode.InvalidReplicaAssignment, problem);
            }
        }

        return Placement.Of(lists.Select(replicas => replicas.ToImmutableArray()));
    }

    private static string? Problem(int[]? replicas, int replicationFactor, HashSet<int> known)
    {
        if (replicas is not { Length: > 0 })
        {
            return "a partition needs at least one replica";
        }

        if (replicas.Length != replicationFactor)
        {
            return $"all partitions need {replicationFactor} replicas, one has {replicas.Length}";
        }

        if (replicas.Distinct().Count() != replicas.Length)
        {
            return $"a broker holds a partition only once, not as in {string.Join(',', replicas)}";
        }

        var unknown = replicas.Where(id => !known.Contains(id)).ToArray();
        return unknown.Length == 0 ? null : $"there is no live broker {unknown[0]}";
    }

    /// <summary>By id, and where every broker has a rack, one of each rack in turn.</summary>
    private static PlacementBroker[] RingOf(IReadOnlyList<PlacementBroker> brokers)
    {
        var byId = brokers.OrderBy(broker => broker.Id);
        if (brokers.Any(broker => broker.Rack is null))
        {
            return [.. byId.Select(broker => broker with { Rack = null })];
        }

        return
        [
            .. byId
                .GroupBy(broker => broker.Rack)
                .SelectMany(rack => rack.Select((broker, turn) => (broker, turn)))
                .OrderBy(place => place.turn)
                .ThenBy(place => place.broker.Rack, StringComparer.Ordinal)
                .Select(place => place.broker),
        ];
    }

    private static ImmutableArray<int> PlaceOne(PlacementBroker[] ring, int replicationFactor, ulong turn)
    {
        var size = (ulong)ring.Length;
        var leader = turn % size;
        var chosen = ImmutableArray.CreateBuilder<int>(replicationFactor);
        chosen.Add(ring[leader].Id);
        var racks = new HashSet<string?> { ring[leader].Rack };

        // New racks first; when each has a replica, or there are none, whoever comes next.
        for (var anyRack = ring[leader].Rack is null; chosen.Count < replicationFactor; anyRack = true)
        {
            for (var step = 0ul; step < size - 1 && chosen.Count < replicationFactor; step++)
            {
                var broker = ring[(leader + 1 + ((turn / size) + step) % (size - 1)) % size];
                if (!chosen.Contains(broker.Id) && (anyRack || racks.Add(broker.Rack)))
                {
                    chosen.Add(broker.Id);
                }
            }
        }

        return chosen.MoveToImmutable();
    }
}
