// Range with KIP-881: first, where racks tell members apart, partitions go to members in a rack of one replica;
// topics with the same subscribers and the same number of partitions are moved together, so that joins still find
// their partitions at one member. What is left is given out in runs. Shares are the same with racks and without.
using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>
/// <c>range</c>: of each topic every subscriber gets a run of partitions, the first ones a partition more where they
/// do not come out even. Kafka's own assignor gives the same answer, with racks (KIP-881) and without.
/// </summary>
public sealed class RangeAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "range";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<AssignedTopic> topics)
    {
        var input = Subscribers.Sort(members, topics);
        var ranges = new RangeTopic[input.Topics.Length];
        for (var topic = 0; topic < ranges.Length; topic++)
        {
            var racks = Array.ConvertAll(input.OfTopic[topic], member => input.Members[member].RackId);
            ranges[topic] = new RangeTopic(input.Topics[topic], input.OfTopic[topic], racks);
        }

        if (Array.Exists(ranges, range => range.NeedsRacks))
        {
            foreach (var alike in ranges.GroupBy(range => range, RangeTopic.SameShape))
            {
                AssignByRack([.. alike]);
            }
        }

        var assigned = input.NewLists();
        foreach (var range in ranges)
        {
            range.AssignRest();
            range.AddTo(assigned);
        }

        return input.Answer(assigned);
    }

    private static void AssignByRack(RangeTopic[] alike)
    {
        if (alike is [var single])
        {
            if (single.NeedsRacks)
            {
                single.AssignByRack();
            }

            return;
        }

        RangeTopic.AssignTogether(alike);
    }
}
