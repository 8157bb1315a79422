using ActorBroker.Records;

namespace ActorBroker.Assignors.Sticky;

/// <summary>
/// Members and partitions as numbers. A partition's number counts through the topics in order; <see cref="Owner"/> and
/// <see cref="Load"/> are the assignment in the making.
/// </summary>
internal sealed class StickyState
{
    public const int Nobody = -1;

    private readonly Subscribers _input;
    private readonly int[] _first;

    public StickyState(Subscribers input)
    {
        _input = input;
        _first = new int[input.Topics.Length + 1];
        for (var topic = 0; topic < input.Topics.Length; topic++)
        {
            _first[topic + 1] = checked(_first[topic] + input.Topics[topic].PartitionCount);
        }

        TopicOf = new int[PartitionCount];
        for (var topic = 0; topic < input.Topics.Length; topic++)
        {
            TopicOf.AsSpan(_first[topic].._first[topic + 1]).Fill(topic);
        }

        Previous = PreviousOwners.Find(input, _first);
        Owner = new int[PartitionCount];
        Array.Fill(Owner, Nobody);
        Load = new int[input.Members.Length];
        Racks = StickyRacks.Of(input, _first);
    }

    public int MemberCount => _input.Members.Length;

    public int TopicCount => _input.Topics.Length;

    public int PartitionCount => _first[^1];

    /// <summary>Per partition its topic.</summary>
    public int[] TopicOf { get; }

    /// <summary>Per partition the subscriber that owned it, or <see cref="Nobody"/>.</summary>
    public int[] Previous { get; }

    /// <summary>Per partition the member that gets it, or <see cref="Nobody"/> yet.</summary>
    public int[] Owner { get; }

    /// <summary>Per member how many partitions it gets.</summary>
    public int[] Load { get; }

    /// <summary>Who is near to which partition; null where racks make no difference.</summary>
    public StickyRacks? Racks { get; }

    public int[] SubscribersOf(int topic) => _input.OfTopic[topic];

    public Range PartitionsOf(int topic) => _first[topic].._first[topic + 1];

    public bool IsNear(int member, int partition) => Racks is null || Racks.IsNear(member, partition);

    public void Give(int partition, int member)
    {
        if (Owner[partition] != Nobody)
        {
            Load[Owner[partition]]--;
        }

        Owner[partition] = member;
        Load[member]++;
    }

    /// <summary>
    /// All partitions, those of index 0 of every topic first, then those of index 1: who takes a run of them gets
    /// some of each topic.
    /// </summary>
    public int[] AcrossTopics()
    {
        var partitions = new int[PartitionCount];
        var keys = new long[PartitionCount];
        for (var partition = 0; partition < partitions.Length; partition++)
        {
            partitions[partition] = partition;
            keys[partition] = ((long)(partition - _first[TopicOf[partition]]) << 32) | (uint)TopicOf[partition];
        }

        Array.Sort(keys, partitions);
        return partitions;
    }

    public Dictionary<string, IReadOnlyList<TopicPartition>> Answer()
    {
        var assigned = _input.NewLists();
        for (var partition = 0; partition < Owner.Length; partition++)
        {
            var topic = TopicOf[partition];
            assigned[Owner[partition]].Add(
                new TopicPartition(_input.Topics[topic].Name, partition - _first[topic]));
        }

        return _input.Answer(assigned);
    }
}
