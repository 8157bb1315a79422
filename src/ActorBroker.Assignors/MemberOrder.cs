namespace ActorBroker.Assignors;

/// <summary>
/// Kafka's order of members: static ones first, by instance, so that a return under a new member id changes nothing;
/// then the others by member id. Texts compare by their UTF-16 units, as Java compares them.
/// </summary>
internal sealed class MemberOrder : IComparer<GroupMember>
{
    public static readonly MemberOrder Instance = new();

    public static GroupMember[] Sort(IReadOnlyCollection<GroupMember> members)
    {
        var sorted = members.ToArray();
        Array.Sort(sorted, Instance);
        return sorted;
    }

    public int Compare(GroupMember? x, GroupMember? y) => (x!.InstanceId, y!.InstanceId) switch
    {
        (null, null) => string.CompareOrdinal(x.MemberId, y.MemberId),
        (null, _) => 1,
        (_, null) => -1,
        var (left, right) => string.CompareOrdinal(left, right) switch
        {
            0 => string.CompareOrdinal(x.MemberId, y.MemberId),
            var order => order,
        },
    };
}
