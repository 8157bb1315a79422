using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>
/// An assignment's input, put in order: members by <see cref="MemberOrder"/>, the subscribed topics that exist by
/// name, and per topic the indexes of its subscribers, ascending.
/// </summary>
internal sealed class Subscribers
{
    private Subscribers(GroupMember[] members, AssignedTopic[] topics, int[][] ofTopic)
    {
        Members = members;
        Topics = topics;
        OfTopic = ofTopic;
    }

    public GroupMember[] Members { get; }

    /// <summary>Topics with at least one partition and one subscriber.</summary>
    public AssignedTopic[] Topics { get; }

    public int[][] OfTopic { get; }

    public static Subscribers Sort(
        IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<AssignedTopic> topics)
    {
        var sorted = MemberOrder.Sort(members);
        var subscribers = new Dictionary<string, List<int>>(topics.Count);
        foreach (var topic in topics)
        {
            subscribers[topic.Name] = [];
        }

        for (var member = 0; member < sorted.Length; member++)
        {
            foreach (var topic in sorted[member].Topics)
            {
                // A topic that a member names twice counts once.
                if (subscribers.TryGetValue(topic, out var list) && (list.Count == 0 || list[^1] != member))
                {
                    list.Add(member);
                }
            }
        }

        var known = topics.Where(topic => topic.PartitionCount > 0 && subscribers[topic.Name].Count > 0)
            .OrderBy(topic => topic.Name, StringComparer.Ordinal).ToArray();
        return new Subscribers(sorted, known, Array.ConvertAll(known, topic => subscribers[topic.Name].ToArray()));
    }

    /// <summary>The answer, from a list per member.</summary>
    public Dictionary<string, IReadOnlyList<TopicPartition>> Answer(List<TopicPartition>[] assigned)
    {
        var answer = new Dictionary<string, IReadOnlyList<TopicPartition>>(Members.Length);
        for (var member = 0; member < Members.Length; member++)
        {
            answer[Members[member].MemberId] = assigned[member];
        }

        return answer;
    }

    public List<TopicPartition>[] NewLists()
    {
        var lists = new List<TopicPartition>[Members.Length];
        for (var member = 0; member < lists.Length; member++)
        {
            lists[member] = [];
        }

        return lists;
    }
}
