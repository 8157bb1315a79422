// From the classic protocol and back, while members work. Both ways write the new group's records before the old
// one's tombstones: whoever replays sees the new group take the old one's place, and a log that ends in between has a
// whole group in it.
using ActorBroker.Assignors.Wire;
using ActorBroker.Core.Groups.Classic;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;
using ClassicMember = ActorBroker.Core.Groups.Classic.ClassicMember;

namespace ActorBroker.Core.Groups.Consumer;

internal sealed partial class ConsumerGroup
{
    // What classic members say is stored as they said it and once more as it is understood, which may take three bytes
    // for one; and there is what they are assigned.
    private const int TakeOverFactor = 6;

    /// <summary>Only members of the classic protocol are left, and the group may and can be theirs again.</summary>
    public bool ShallBeClassic =>
        _classicCount > 0 && _classicCount == _members.Count && Context.Settings.MayDowngrade &&
        _members.Count <= Context.Settings.MaxSize && CommonProtocol() is not null;

    /// <summary>Whether the classic group can take a member of this protocol: everybody's bytes must be readable.
    /// </summary>
    public static bool CanTakeOver(ClassicGroup classic, GroupSettings settings) =>
        settings.MayUpgrade && classic.StoredBytes <= settings.DecisionBytesMax / TakeOverFactor &&
        classic.ProtocolType == "consumer" && classic.MemberCount < settings.ConsumerMaxSize &&
        classic.Members.All(member => member.Protocols.Count > 0 &&
            MemberSubscription.TryRead(MetadataOf(classic, member), out var subscription) &&
            StoredText.Fits(subscription) &&
            MemberAssignment.TryRead(member.Assignment, out _));

    /// <summary>
    /// Stores the classic group as a consumer group of the same members, in the epoch of its generation, each with what
    /// it may own by now. They learn by REBALANCE_IN_PROGRESS that they have to join.
    /// </summary>
    public static void TakeOver(GroupTurn turn, ClassicGroup classic, GroupContext context)
    {
        classic.FailParked(turn, ErrorCode.RebalanceInProgress);
        var epoch = classic.Generation;
        var owned = Owned(classic, context.Topics).ToLookup(static each => each.Value, static each => each.Key);
        var writer = new ConsumerGroup(classic.Id, context);
        writer.StoreGroupEpoch(turn, epoch);
        foreach (var member in classic.Members)
        {
            MemberSubscription.TryRead(MetadataOf(classic, member), out var subscription);
            writer.StoreMember(turn, member.Id, MetadataOf(
                member.InstanceId,
                member.Client,
                subscription,
                member.SessionTimeoutMs,
                member.RebalanceTimeoutMs,
                member.Protocols));
            var assigned = PartitionSet.Of(owned[member]);
            writer.StoreTarget(turn, member.Id, assigned);
            writer.StoreCurrent(
                turn,
                member.Id,
                new CurrentAssignment(epoch, epoch, MemberState.Stable, assigned, PartitionSet.Empty));
        }

        writer.StoreAssignmentEpoch(turn, epoch);
        context.Store(turn, new GroupMetadataKey { Group = classic.Id }, null);
    }

    /// <summary>Stores the group as a classic one; those who wait are the caller's to answer.</summary>
    public IReadOnlyList<Waiting> HandOver(GroupTurn turn)
    {
        var protocol = CommonProtocol()!;
        var value = new GroupMetadataValue
        {
            ProtocolType = ProtocolType,
            Generation = GroupEpoch,
            Protocol = protocol,
            Leader = _members.Keys.Min(StringComparer.Ordinal),
            CurrentStateTimestamp = turn.Now.UnixMs,
        };
        foreach (var member in _members.Values.OrderBy(static each => each.Id, StringComparer.Ordinal))
        {
            var classic = member.Metadata.ClassicMemberMetadata!;
            value.Members.Add(new GroupMetadataValue.MemberMetadata
            {
                MemberId = member.Id,
                GroupInstanceId = member.Metadata.InstanceId,
                ClientId = member.Metadata.ClientId,
                ClientHost = member.Metadata.ClientHost,
                RebalanceTimeout = member.Metadata.RebalanceTimeoutMs,
                SessionTimeout = classic.SessionTimeoutMs,
                Subscription = classic.SupportedProtocols.First(each => each.Name == protocol).Metadata,
                Assignment = AssignmentBytes(member),
            });
        }

        Store(turn, new GroupMetadataKey { Group = Id }, value);
        StoreTombstones(turn);
        var waiting = _waiting.ToList();
        _waiting.Clear();
        return waiting;
    }

    /// <summary>The first protocol of the first member that all classic members know.</summary>
    private string? CommonProtocol()
    {
        List<string>? common = null;
        foreach (var classic in _members.Values.Select(static member => member.Metadata.ClassicMemberMetadata))
        {
            var names = classic?.SupportedProtocols.Select(static protocol => protocol.Name).ToList() ?? [];
            common = common is null ? names : [.. common.Where(names.Contains)];
        }

        return common?.FirstOrDefault();
    }

    private static ReadOnlyMemory<byte> MetadataOf(ClassicGroup classic, ClassicMember member)
    {
        var metadata = member.MetadataFor(classic.Protocol);
        return metadata.IsEmpty ? member.Protocols[0].Metadata : metadata;
    }

    /// <summary>
    /// Whose each partition is. A member owns what it was assigned; in a rebalance under way it may also still own what
    /// it named when it joined. Should two claim a partition, the assignment counts.
    /// </summary>
    private static Dictionary<(Guid Topic, int Partition), ClassicMember> Owned(
        ClassicGroup classic, IGroupTopics topics)
    {
        var owners = new Dictionary<(Guid Topic, int Partition), ClassicMember>();
        foreach (var member in classic.Members)
        {
            MemberAssignment.TryRead(member.Assignment, out var assigned);
            Claim(member, assigned);
        }

        foreach (var member in classic.Members)
        {
            MemberSubscription.TryRead(MetadataOf(classic, member), out var subscription);
            Claim(member, subscription.Owned);
        }

        return owners;

        void Claim(ClassicMember member, IReadOnlyList<TopicPartition> partitions)
        {
            foreach (var (name, partition) in partitions)
            {
                if (topics.Find(name) is { } topic && partition >= 0 && partition < topic.PartitionCount)
                {
                    owners.TryAdd((topic.Id, partition), member);
                }
            }
        }
    }
}
