using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups.Lag;

/// <summary>A group and how far behind it is in all.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberCount">Its members.</param>
/// <param name="Topics">By topic, in ordinal order.</param>
public sealed record GroupLagSummary(ListedGroup Group, int MemberCount, IReadOnlyList<TopicLag> Topics)
{
    /// <summary>Offsets that are left to read, of the partitions where that is known.</summary>
    public long Records => Topics.Sum(static topic => topic.Records);

    /// <summary>The age of the oldest record that is left to read; null where it is not known of any.</summary>
    public double? Seconds => Topics.Max(static topic => topic.Seconds);
}

/// <summary>How far behind a group is in one topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Records">Offsets that are left to read.</param>
/// <param name="Seconds">The age of the oldest record of them; null where it is not known.</param>
public sealed record TopicLag(string Topic, long Records, double? Seconds);

/// <summary>All groups that this broker coordinates.</summary>
/// <param name="Error">COORDINATOR_LOAD_IN_PROGRESS while some of them are not known yet.</param>
/// <param name="Groups">Those that are known, in ordinal order of their ids.</param>
public sealed record GroupLagListing(ErrorCode Error, IReadOnlyList<GroupLagSummary> Groups);
