// Lag in records is end minus committed. Lag in seconds is the age of the first record that is left to read, so it goes
// on growing while producers are idle and records wait, and is zero as soon as nothing waits.
using ActorBroker.Assignors.Wire;
using ActorBroker.Broker.Cluster;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Groups.Lag;

/// <summary>How far behind the groups are that this broker coordinates, in records and in seconds.</summary>
/// <remarks>Any thread; computed when asked for. Partitions that this broker does not lead have no known end.</remarks>
public sealed class GroupLag
{
    private const int TimesMax = 16_384;

    // Look-ups on disk for one question. What they don't reach has no age this time; answers are kept, so the next
    // question gets further.
    private const int ReadsMax = 2_000;

    private readonly GroupCoordinator _groups;
    private readonly ClusterState _cluster;
    private readonly PartitionManager _partitions;
    private readonly TimeProvider _time;
    private readonly RecordTimes _times;

    internal GroupLag(
        GroupCoordinator groups,
        ClusterState cluster,
        PartitionManager partitions,
        TimeProvider time,
        ILogger<GroupLag> logger)
    {
        _groups = groups;
        _cluster = cluster;
        _partitions = partitions;
        _time = time;
        _times = new RecordTimes(TimesMax, time);
        Sample = new LagSample(this, time, logger);
    }

    /// <summary>What metrics show: not older than they need it.</summary>
    public LagSample Sample { get; }

    /// <summary>All groups, by topic.</summary>
    public async Task<GroupLagListing> ListAsync()
    {
        var overview = await _groups.OverviewAsync().ConfigureAwait(false);
        var budget = new ReadBudget(ReadsMax);
        var groups = overview.Groups.Select(group => Summarize(group, budget)).ToArray();
        Array.Sort(groups, static (x, y) => string.CompareOrdinal(x.Group.GroupId, y.Group.GroupId));
        return new GroupLagListing(overview.Error, groups);
    }

    /// <summary>One group: members, assignments, offsets, lag.</summary>
    public async Task<GroupDescription> DescribeAsync(string groupId)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        var all = new FetchOffsetsCommand(groupId, null, -1, null, RequireStable: false);
        var committed = await _groups.FetchOffsetsAsync(all).ConfigureAwait(false);
        if (committed.Error != ErrorCode.None)
        {
            return new GroupDescription { GroupId = groupId, Error = committed.Error };
        }

        var consumer = await _groups.DescribeConsumerAsync(groupId).ConfigureAwait(false);
        var group = consumer.Error == ErrorCode.None
            ? Of(consumer)
            : Of(await _groups.DescribeAsync(groupId).ConfigureAwait(false));
        if (group.State == "Dead" && committed.Offsets.Count == 0)
        {
            return group with { Error = group.Error == ErrorCode.None ? ErrorCode.GroupIdNotFound : group.Error };
        }

        return group with { Partitions = Partitions(group.Members, committed.Offsets) };
    }

    private GroupLagSummary Summarize(GroupOverview group, ReadBudget budget)
    {
        var topics = new SortedDictionary<string, TopicLag>(StringComparer.Ordinal);
        foreach (var (partition, committed) in group.Offsets)
        {
            var lag = Of(partition, committed, budget);
            var topic = topics.GetValueOrDefault(partition.Topic) ?? new TopicLag(partition.Topic, 0, null);
            topics[partition.Topic] = topic with
            {
                Records = topic.Records + (lag.Records ?? 0),
                Seconds = lag.Seconds is { } seconds ? Math.Max(topic.Seconds ?? 0, seconds) : topic.Seconds,
            };
        }

        return new GroupLagSummary(group.Group, group.MemberCount, [.. topics.Values]);
    }

    private List<PartitionLag> Partitions(
        IReadOnlyList<GroupMemberDescription> members, IReadOnlyList<FetchedOffset> offsets)
    {
        var owners = new Dictionary<TopicPartition, string>();
        foreach (var member in members)
        {
            foreach (var partition in member.Assigned)
            {
                owners[partition] = member.MemberId;
            }
        }

        var budget = new ReadBudget(ReadsMax);
        var committed = offsets.Where(static offset => offset.Committed is not null)
            .ToDictionary(static offset => offset.Partition, static offset => offset.Committed);
        return
        [
            .. committed.Keys.Union(owners.Keys)
                .OrderBy(static partition => partition.Topic, StringComparer.Ordinal)
                .ThenBy(static partition => partition.Partition)
                .Select(partition => Of(partition, committed.GetValueOrDefault(partition), budget) with
                {
                    MemberId = owners.GetValueOrDefault(partition),
                }),
        ];
    }

    private PartitionLag Of(TopicPartition name, CommittedOffset? committed, ReadBudget budget)
    {
        var lag = new PartitionLag(name)
        {
            CommittedOffset = committed?.Offset,
            CommittedAtMs = committed?.CommitTimestampMs,
            Metadata = committed?.Metadata ?? "",
        };
        if (!_partitions.TryGet(name.Topic, name.Partition, out var partition) || !partition.IsLeader)
        {
            return lag;
        }

        var start = partition.LogStartOffset;
        var end = partition.HighWatermark;
        lag = lag with { LogStartOffset = start, EndOffset = end };
        if (committed is not { Offset: >= 0 })
        {
            return lag;
        }

        var next = Math.Max(committed.Offset, start);
        return next >= end
            ? lag with { Records = 0, Seconds = 0 }
            : lag with { Records = end - next, Seconds = Age(partition, next, budget) };
    }

    // A record of the future, by a producer's clock, has not waited at all.
    private double? Age(Partition partition, long offset, ReadBudget budget) =>
        _times.Find(partition, offset, budget) is { } timestampMs
        ? Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds() - timestampMs) / 1000.0
        : null;

    private GroupDescription Of(ConsumerGroupDescription group) => new()
    {
        GroupId = group.GroupId,
        Type = GroupType.Consumer,
        State = group.State,
        ProtocolType = "consumer",
        Assignor = group.AssignorName,
        Members =
        [
            .. group.Members.OrderBy(static member => member.MemberId, StringComparer.Ordinal)
                .Select(member => new GroupMemberDescription(
                    member.MemberId, member.InstanceId, member.Client, Names(member.Assignment))),
        ],
    };

    private static GroupDescription Of(ClassicGroupDescription group) => new()
    {
        GroupId = group.GroupId,
        Error = group.Error,
        Type = GroupType.Classic,
        State = group.State,
        ProtocolType = group.ProtocolType,
        Assignor = group.ProtocolName,
        Members =
        [
            .. group.Members.OrderBy(static member => member.MemberId, StringComparer.Ordinal)
                .Select(member => new GroupMemberDescription(
                    member.MemberId, member.InstanceId, member.Client, Assigned(group, member))),
        ],
    };

    // Another protocol type may have bytes of any kind here.
    private static IReadOnlyList<TopicPartition> Assigned(
        ClassicGroupDescription group, ClassicMemberDescription member) =>
        group.ProtocolType == "consumer" && MemberAssignment.TryRead(member.Assignment, out var partitions)
            ? partitions
            : [];

    private List<TopicPartition> Names(IReadOnlyList<TopicPartitions> assignment)
    {
        var image = _cluster.Image;
        return
        [
            .. assignment.Where(topic => image.TopicsById.ContainsKey(topic.TopicId)).SelectMany(
                topic => topic.Partitions,
                (topic, partition) => new TopicPartition(image.TopicsById[topic.TopicId].Name, partition)),
        ];
    }
}
