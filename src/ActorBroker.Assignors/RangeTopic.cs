using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>One topic of a range assignment: what is given out, and what each subscriber may still get.</summary>
internal sealed class RangeTopic
{
    private const int Nobody = -1;
    private const string NoRack = "";

    private readonly AssignedTopic _topic;
    private readonly int[] _subscribers;
    private readonly string?[] _racks;
    private readonly int[] _owner;
    private readonly int[] _count;
    private readonly int _share;
    private int _extras;

    /// <param name="topic">The topic.</param>
    /// <param name="subscribers">Indexes of its members, in order.</param>
    /// <param name="racks">Their racks.</param>
    public RangeTopic(AssignedTopic topic, int[] subscribers, string?[] racks)
    {
        _topic = topic;
        _subscribers = subscribers;
        _racks = Array.ConvertAll(racks, rack => string.IsNullOrEmpty(rack) ? null : rack);
        _owner = new int[topic.PartitionCount];
        Array.Fill(_owner, Nobody);
        _count = new int[subscribers.Length];
        (_share, _extras) = Math.DivRem(topic.PartitionCount, subscribers.Length);
        NeedsRacks = RackRules.TellApart(topic.PartitionCount, RacksOf, _racks);
    }

    /// <summary>Topics of the same subscribers and size: the ones that may be joined.</summary>
    public static IEqualityComparer<RangeTopic> SameShape { get; } = EqualityComparer<RangeTopic>.Create(
        (x, y) => x!._owner.Length == y!._owner.Length && x._subscribers.AsSpan().SequenceEqual(y._subscribers),
        topic => HashCode.Combine(topic._owner.Length, topic._subscribers.Length, topic._subscribers[0]));

    /// <summary>Racks make a difference: some member shares one with some replicas, not with all.</summary>
    public bool NeedsRacks { get; }

    /// <summary>To each subscriber in turn, as many partitions of its rack as it may have.</summary>
    public void AssignByRack()
    {
        var byRack = new Dictionary<string, List<int>>();
        for (var partition = 0; partition < _owner.Length; partition++)
        {
            foreach (var rack in RacksOf(partition).Distinct())
            {
                (byRack.TryGetValue(rack, out var list) ? list : byRack[rack] = []).Add(partition);
            }
        }

        // Each list is read once from its start: what stood before the cursor is given out.
        var cursors = new Dictionary<string, int>();
        for (var subscriber = 0; subscriber < _subscribers.Length; subscriber++)
        {
            var rack = _racks[subscriber] ?? NoRack;
            var list = byRack.GetValueOrDefault(rack);
            var length = _racks[subscriber] is null ? _owner.Length : list?.Count ?? 0;
            var cursor = cursors.GetValueOrDefault(rack);
            for (var room = Room(subscriber); room > 0 && cursor < length; cursor++)
            {
                var partition = _racks[subscriber] is null ? cursor : list![cursor];
                if (_owner[partition] == Nobody)
                {
                    _owner[partition] = subscriber;
                    Count(subscriber, 1);
                    room--;
                }
            }

            cursors[rack] = cursor;
        }
    }

    /// <summary>Gives partitions of one index to a subscriber whose rack holds a replica of each of them.</summary>
    public static void AssignTogether(RangeTopic[] alike)
    {
        var first = alike[0];
        var waiting = new Dictionary<string, Queue<int>>();
        for (var subscriber = 0; subscriber < first._subscribers.Length; subscriber++)
        {
            var rack = first._racks[subscriber] ?? NoRack;
            (waiting.TryGetValue(rack, out var queue) ? queue : waiting[rack] = []).Enqueue(subscriber);
        }

        for (var partition = 0; partition < first._owner.Length; partition++)
        {
            var racks = new HashSet<string>(first.RacksOf(partition)) { NoRack };
            foreach (var other in alike.AsSpan(1))
            {
                racks.RemoveWhere(rack => rack != NoRack && !other.RacksOf(partition).Contains(rack));
            }

            var chosen = int.MaxValue;
            foreach (var rack in racks)
            {
                chosen = Math.Min(chosen, first.FirstWithRoom(waiting.GetValueOrDefault(rack)));
            }

            if (chosen != int.MaxValue)
            {
                foreach (var topic in alike)
                {
                    topic._owner[partition] = chosen;
                    topic.Count(chosen, 1);
                }
            }
        }
    }

    /// <summary>Gives out what is left, in runs.</summary>
    public void AssignRest()
    {
        var partition = 0;
        for (var subscriber = 0; subscriber < _subscribers.Length; subscriber++)
        {
            var taken = 0;
            for (var room = Room(subscriber); taken < room && partition < _owner.Length; partition++)
            {
                if (_owner[partition] == Nobody)
                {
                    _owner[partition] = subscriber;
                    taken++;
                }
            }

            Count(subscriber, taken);
        }
    }

    public void AddTo(List<TopicPartition>[] assigned)
    {
        for (var partition = 0; partition < _owner.Length; partition++)
        {
            assigned[_subscribers[_owner[partition]]].Add(new TopicPartition(_topic.Name, partition));
        }
    }

    // Who has no room now never has any again: shares are fixed, and extras only become fewer.
    private int FirstWithRoom(Queue<int>? waiting)
    {
        while (waiting?.Count > 0)
        {
            if (Room(waiting.Peek()) > 0)
            {
                return waiting.Peek();
            }

            waiting.Dequeue();
        }

        return int.MaxValue;
    }

    private int Room(int subscriber) => Math.Max(0, _share + (_extras > 0 ? 1 : 0) - _count[subscriber]);

    private void Count(int subscriber, int more)
    {
        _count[subscriber] += more;
        if (more > 0 && _count[subscriber] > _share)
        {
            _extras--;
        }
    }

    private IReadOnlyCollection<string> RacksOf(int partition) =>
        partition < _topic.Racks.Count ? _topic.Racks[partition] : [];
}
