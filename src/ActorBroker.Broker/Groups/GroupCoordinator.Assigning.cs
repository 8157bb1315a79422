using ActorBroker.Assignors;
using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

// The classic protocol lets a member assign. Members that come through grains don't: the broker does it in their place.
public sealed partial class GroupCoordinator
{
    /// <summary>What the leader of a classic group is to bring, where its client does not assign.</summary>
    /// <param name="joined">The answer to the leader's join.</param>
    public LeaderAssignment AssignFor(JoinResult joined)
    {
        var (assignor, members, names) = Read(Given(joined));
        var topics = _context.Topics;
        var known = names.Select(name => topics.Find(name)).OfType<GroupTopic>().Select(
            static topic => new AssignedTopic(topic.Name, topic.PartitionCount) { Racks = topic.Racks }).ToList();
        var counts = names.ToDictionary(static name => name, static _ => 0);
        known.ForEach(topic => counts[topic.Name] = topic.PartitionCount);
        var assigned = ClassicLeader.Assign(assignor, members, known);
        return new LeaderAssignment(
            [
                .. assigned.Select(static each => KeyValuePair.Create(
                    each.Key, (ReadOnlyMemory<byte>)MemberAssignment.Write(each.Value))),
            ],
            counts);
    }

    /// <summary>
    /// What is assigned already, where a leader came back that is not to assign. Its counts are of what is assigned:
    /// a topic may have grown meanwhile, and in the middle of a cooperative rebalance there is less.
    /// </summary>
    /// <param name="groupId">The group.</param>
    /// <param name="joined">The answer to the leader's join.</param>
    public async Task<LeaderAssignment> AssignedAsync(string groupId, JoinResult joined)
    {
        var (_, _, names) = Read(Given(joined));
        var group = await DescribeAsync(groupId).ConfigureAwait(false);
        var counts = names.ToDictionary(static name => name, static _ => 0);
        foreach (var (topic, count) in group.Members.SelectMany(Partitions).Distinct()
            .CountBy(static partition => partition.Topic))
        {
            counts[topic] = count;
        }

        return new LeaderAssignment(
            [.. group.Members.Select(static each => KeyValuePair.Create(each.MemberId, each.Assignment))], counts);

        static IReadOnlyList<TopicPartition> Partitions(ClassicMemberDescription member) =>
            MemberAssignment.TryRead(member.Assignment, out var partitions) ? partitions : [];
    }

    /// <summary>The topics are as they were when that was assigned; otherwise the leader has to join again.</summary>
    public bool IsOfNow(LeaderAssignment assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        var topics = _state.Cluster.Image.TopicsByName;
        return assignment.PartitionCounts.All(
            each => (topics.GetValueOrDefault(each.Key)?.Partitions.Length ?? 0) == each.Value);
    }

    /// <summary>What a leader is told: how to assign, to whom, and which topics they read.</summary>
    private static (IPartitionAssignor Assignor, IReadOnlyList<GroupMember> Members, HashSet<string> Topics) Read(
        JoinResult joined)
    {
        var assignor = PartitionAssignors.FindClassic(joined.ProtocolName ?? "") ??
            throw new ArgumentException($"There is no assignor '{joined.ProtocolName}'.", nameof(joined));
        var members = ClassicLeader.Read(assignor, joined.Members.Select(
            static each => new ClassicMember(each.MemberId, each.InstanceId, each.Metadata)));
        var topics = members.SelectMany(static member => member.Topics).ToHashSet(StringComparer.Ordinal);
        return (assignor, members, topics);
    }
}

/// <summary>What the leader of a classic group brings.</summary>
/// <param name="Parts">Each member's part, as it is sent.</param>
/// <param name="PartitionCounts">How many partitions each topic had; 0 where it was not there.</param>
public sealed record LeaderAssignment(
    IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Parts,
    IReadOnlyDictionary<string, int> PartitionCounts);
