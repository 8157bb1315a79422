using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Core.Groups.Consumer;

/// <summary>
/// An immutable set of partitions by topic id, kept in order: answers and records take it as it stands, and two sets
/// are compared or combined by one walk along both.
/// </summary>
internal sealed class PartitionSet : IEquatable<PartitionSet>
{
    public static readonly PartitionSet Empty = new([]);

    private readonly TopicPartitions[] _topics;

    // Topics ascend, their partitions too; no topic is without partitions.
    private PartitionSet(TopicPartitions[] topics)
    {
        _topics = topics;
        foreach (var topic in topics)
        {
            Count += topic.Partitions.Count;
        }
    }

    public int Count { get; }

    public bool IsEmpty => Count == 0;

    public IReadOnlyList<TopicPartitions> Topics => _topics;

    public IEnumerable<(Guid Topic, int Partition)> All =>
        _topics.SelectMany(static topic => topic.Partitions.Select(partition => (topic.TopicId, partition)));

    /// <summary>Takes partitions in whatever order, repeated or not.</summary>
    public static PartitionSet Of(IEnumerable<TopicPartitions> topics) =>
        Of(topics.SelectMany(static topic => topic.Partitions.Select(partition => (topic.TopicId, partition))));

    /// <summary>Takes partitions in whatever order, repeated or not.</summary>
    public static PartitionSet Of(IEnumerable<(Guid Topic, int Partition)> partitions)
    {
        var sorted = partitions.ToArray();
        Array.Sort(sorted);
        return FromSorted(sorted.AsSpan());
    }

    public bool Contains(Guid topic, int partition)
    {
        foreach (var each in _topics)
        {
            if (each.TopicId == topic)
            {
                return Array.BinarySearch((int[])each.Partitions, partition) >= 0;
            }
        }

        return false;
    }

    public PartitionSet Intersect(PartitionSet other) => Where(other, static inOther => inOther);

    public PartitionSet Except(PartitionSet other) => Where(other, static inOther => !inOther);

    public PartitionSet Union(PartitionSet other) =>
        other.IsEmpty ? this : IsEmpty ? other : Of(All.Concat(other.All));

    public PartitionSet Where(Func<Guid, int, bool> predicate)
    {
        var kept = All.Where(each => predicate(each.Topic, each.Partition)).ToArray();
        return kept.Length == Count ? this : FromSorted(kept);
    }

    public bool Overlaps(PartitionSet other) => !IsEmpty && !other.IsEmpty && !Intersect(other).IsEmpty;

    public bool IsSubsetOf(PartitionSet other) => Count <= other.Count && Except(other).IsEmpty;

    public bool Equals([NotNullWhen(true)] PartitionSet? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || other.Count != Count || other._topics.Length != _topics.Length)
        {
            return false;
        }

        for (var index = 0; index < _topics.Length; index++)
        {
            if (_topics[index].TopicId != other._topics[index].TopicId ||
                !Partitions(_topics[index]).SequenceEqual(Partitions(other._topics[index])))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as PartitionSet);

    public override int GetHashCode() => _topics.Length == 0 ? 0 : HashCode.Combine(Count, _topics[0].TopicId);

    public override string ToString() =>
        "{" + string.Join(" ", All.Select(static each => $"{each.Topic.ToString("N")[^4..]}-{each.Partition}")) + "}";

    private static ReadOnlySpan<int> Partitions(TopicPartitions topic) => (int[])topic.Partitions;

    private static PartitionSet FromSorted(ReadOnlySpan<(Guid Topic, int Partition)> sorted)
    {
        if (sorted.IsEmpty)
        {
            return Empty;
        }

        var topics = new List<TopicPartitions>();
        var partitions = new List<int>();
        for (var index = 0; index < sorted.Length; index++)
        {
            var (topic, partition) = sorted[index];
            if (partitions.Count == 0 || partitions[^1] != partition)
            {
                partitions.Add(partition);
            }

            if (index + 1 == sorted.Length || sorted[index + 1].Topic != topic)
            {
                topics.Add(new TopicPartitions(topic, partitions.ToArray()));
                partitions.Clear();
            }
        }

        return new PartitionSet([.. topics]);
    }

    /// <summary>Keeps what the predicate says of being in the other set, by one walk along both.</summary>
    private PartitionSet Where(PartitionSet other, Func<bool, bool> keeps)
    {
        List<TopicPartitions>? topics = null;
        var at = 0;
        for (var index = 0; index < _topics.Length; index++)
        {
            var topic = _topics[index];
            while (at < other._topics.Length && other._topics[at].TopicId.CompareTo(topic.TopicId) < 0)
            {
                at++;
            }

            var others = at < other._topics.Length && other._topics[at].TopicId == topic.TopicId
                ? Partitions(other._topics[at])
                : [];
            var kept = Where(Partitions(topic), others, keeps);
            if (topics is null && kept.Length < topic.Partitions.Count)
            {
                topics = [.. _topics.AsSpan(0, index)];
            }

            if (kept.Length > 0)
            {
                topics?.Add(kept.Length == topic.Partitions.Count ? topic : new TopicPartitions(topic.TopicId, kept));
            }
        }

        return topics is null ? this : topics.Count == 0 ? Empty : new PartitionSet([.. topics]);
    }

    private static int[] Where(ReadOnlySpan<int> mine, ReadOnlySpan<int> others, Func<bool, bool> keeps)
    {
        var kept = new int[mine.Length];
        var count = 0;
        var at = 0;
        foreach (var partition in mine)
        {
            while (at < others.Length && others[at] < partition)
            {
                at++;
            }

            if (keeps(at < others.Length && others[at] == partition))
            {
                kept[count++] = partition;
            }
        }

        return count == kept.Length ? kept : kept[..count];
    }
}
