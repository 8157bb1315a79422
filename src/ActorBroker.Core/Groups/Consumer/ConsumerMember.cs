using ActorBroker.Protocol.Messages;

namespace ActorBroker.Core.Groups.Consumer;

/// <summary>A member of a consumer group: what is stored of it, and its deadlines, which are not.</summary>
internal sealed class ConsumerMember(string id) : Timed
{
    private static readonly ConsumerGroupMemberMetadataValue Missing = new();

    /// <summary>The epoch with which a static member leaves for a while.</summary>
    public const int AwayEpoch = -2;

    /// <summary>The epoch with which a member leaves.</summary>
    public const int LeaveEpoch = -1;

    public string Id => id;

    /// <summary>Who it is and what it wants: the stored value itself, replaced but never changed.</summary>
    public ConsumerGroupMemberMetadataValue Metadata { get; set; } = Missing;

    public CurrentAssignment Current { get; set; } = CurrentAssignment.New;

    /// <summary>What it shall own.</summary>
    public PartitionSet Target { get; set; } = PartitionSet.Empty;

    /// <summary>It was told what it owns and has not contradicted since; until then it is told again.</summary>
    public bool IsInformed { get; set; } = true;

    public long SessionDeadlineMs { get; set; } = CoordinatedGroup.Never;

    /// <summary>Until when it must have given up what it has to.</summary>
    public long RevocationDeadlineMs { get; set; } = CoordinatedGroup.Never;

    /// <summary>Until when a classic member that was told of a rebalance must have joined again.</summary>
    public long JoinDeadlineMs { get; set; } = CoordinatedGroup.Never;

    /// <summary>Until when a classic member that joined must have fetched its assignment.</summary>
    public long SyncDeadlineMs { get; set; } = CoordinatedGroup.Never;

    public long EarliestDeadlineMs => Math.Min(
        Math.Min(SessionDeadlineMs, RevocationDeadlineMs), Math.Min(JoinDeadlineMs, SyncDeadlineMs));

    /// <summary>It is known by other records only; after a replay that is a member of which the log lost the rest.
    /// </summary>
    public bool IsMissing => ReferenceEquals(Metadata, Missing);

    /// <summary>It speaks the classic protocol, while the group migrates.</summary>
    public bool IsClassic => Metadata.ClassicMemberMetadata is not null;

    public bool IsAway => Current.Epoch == AwayEpoch;

    public bool HasReached(int assignmentEpoch) =>
        IsAway || (Current.State == MemberState.Stable && Current.Epoch == assignmentEpoch);
}
