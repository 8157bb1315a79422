using ActorBroker.Records;

namespace ActorBroker.Assignors.Wire;

/// <summary>A member of a classic group as its leader hears of it in JoinGroup.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="InstanceId">Its instance, or null.</param>
/// <param name="Metadata">The bytes of its subscription.</param>
public readonly record struct ClassicMember(string MemberId, string? InstanceId, ReadOnlyMemory<byte> Metadata);

/// <summary>What the leader of a classic group does between JoinGroup and SyncGroup.</summary>
public static class ClassicLeader
{
    /// <summary>
    /// The members as the assignor sees them. One whose bytes cannot be read gets nothing, and disturbs nobody.
    /// </summary>
    public static IReadOnlyList<GroupMember> Read(IPartitionAssignor assignor, IEnumerable<ClassicMember> members)
    {
        var read = new List<GroupMember>();
        foreach (var (memberId, instanceId, metadata) in members)
        {
            read.Add(MemberSubscription.TryRead(metadata, out var subscription)
                ? subscription.ToMember(assignor, memberId, instanceId)
                : new GroupMember(memberId, []) { InstanceId = instanceId });
        }

        return read;
    }

    /// <summary>
    /// What each member gets in this generation: the assignor's answer, and with a cooperative assignor less what
    /// moves (see <see cref="CooperativeHandover"/>).
    /// </summary>
    /// <param name="assignor">The group's assignor.</param>
    /// <param name="members">From <see cref="Read"/>.</param>
    /// <param name="topics">At least the topics that any member subscribes to, as far as they exist.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(
        IPartitionAssignor assignor,
        IReadOnlyCollection<GroupMember> members,
        IReadOnlyCollection<AssignedTopic> topics)
    {
        var goal = assignor.Assign(members, topics);
        return assignor.IsCooperative ? CooperativeHandover.HoldBack(members, goal) : goal;
    }
}
