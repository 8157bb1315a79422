using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>
/// <c>roundrobin</c>: the partitions of all topics, by topic and index, are dealt to the members in order; a member
/// that does not subscribe to the topic is passed over. Kafka's own assignor gives the same answer.
/// </summary>
public sealed class RoundRobinAssignor : IPartitionAssignor
{
    /// <inheritdoc/>
    public string Name => "roundrobin";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<AssignedTopic> topics)
    {
        var input = Subscribers.Sort(members, topics);
        var assigned = input.NewLists();
        var turn = 0;
        for (var topic = 0; topic < input.Topics.Length; topic++)
        {
            var subscribers = input.OfTopic[topic];
            var next = Array.BinarySearch(subscribers, turn);
            next = next < 0 ? ~next : next;
            for (var partition = 0; partition < input.Topics[topic].PartitionCount; partition++, next++)
            {
                next = next == subscribers.Length ? 0 : next;
                assigned[subscribers[next]].Add(new TopicPartition(input.Topics[topic].Name, partition));
                turn = (subscribers[next] + 1) % input.Members.Length;
            }
        }

        return input.Answer(assigned);
    }
}
