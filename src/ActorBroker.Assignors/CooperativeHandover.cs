using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>
/// How partitions move in a classic group whose members keep what they own (KIP-429): in two rebalances. In the first,
/// nobody gets what another still owns; the owner sees that it is gone, gives it up and joins again, and in the
/// second the partition is free.
/// </summary>
public static class CooperativeHandover
{
    /// <summary>
    /// The part of a goal that may be handed out now: without each partition that is new to its member and still
    /// owned by another one.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> HoldBack(
        IReadOnlyCollection<GroupMember> members,
        IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> goal)
    {
        var released = new HashSet<TopicPartition>();
        var owned = new Dictionary<string, HashSet<TopicPartition>>(members.Count);
        foreach (var member in members)
        {
            owned[member.MemberId] = [.. member.Owned];
            var lost = new HashSet<TopicPartition>(member.Owned);
            lost.ExceptWith(goal.TryGetValue(member.MemberId, out var kept) ? kept : []);
            released.UnionWith(lost);
        }

        if (released.Count == 0)
        {
            return goal;
        }

        var now = new Dictionary<string, IReadOnlyList<TopicPartition>>(goal.Count);
        foreach (var (memberId, partitions) in goal)
        {
            now[memberId] = owned.TryGetValue(memberId, out var own)
                ? [.. partitions.Where(partition => own.Contains(partition) || !released.Contains(partition))]
                : [.. partitions.Where(partition => !released.Contains(partition))];
        }

        return now;
    }
}
