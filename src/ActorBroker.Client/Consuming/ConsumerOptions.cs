using ActorBroker.Assignors;

namespace ActorBroker.Client;

/// <summary>
/// How a consumer fetches, and how it is a member of a group. The names and defaults are Kafka's where it has them.
/// </summary>
public sealed record ConsumerOptions
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary><c>fetch.min.bytes</c>: a broker answers as soon as it has so many bytes.</summary>
    public int FetchMinBytes { get; init; } = 1;

    /// <summary><c>fetch.max.wait.ms</c>: a broker answers at the latest after this long, with what there is.</summary>
    public TimeSpan FetchMaxWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// <c>fetch.max.bytes</c>: the most bytes in one answer; a first batch that is larger comes whole.
    /// </summary>
    public int FetchMaxBytes { get; init; } = 50 * 1024 * 1024;

    /// <summary><c>max.partition.fetch.bytes</c>: the most bytes of one partition in one answer; as above.</summary>
    public int MaxPartitionFetchBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// The most memory for answers that are on their way or wait to be read, over all brokers (librdkafka's
    /// <c>queued.max.messages.kbytes</c>). Each broker has one answer on its way and up to two that wait.
    /// </summary>
    public int QueuedMaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most bytes that one compressed batch may unfold to; more is refused as corrupt.</summary>
    public int MaxDecompressedBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary><c>auto.offset.reset</c>: what happens where the position is not in the partition's log.</summary>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Latest;

    /// <summary><c>isolation.level</c>: whether records of open and aborted transactions are read.</summary>
    public IsolationLevel IsolationLevel { get; init; } = IsolationLevel.ReadUncommitted;

    /// <summary>
    /// <c>enable.partition.eof</c> (librdkafka): a result without a record tells each time a partition's end is
    /// reached.
    /// </summary>
    public bool EnablePartitionEof { get; init; }

    /// <summary>
    /// <c>group.id</c>: needed to subscribe and to commit; null for a consumer that only reads what it is assigned.
    /// </summary>
    public string? GroupId { get; init; }

    /// <summary>
    /// <c>group.instance.id</c>: makes a static member. It keeps its partitions while it is away for less than the
    /// session's time-out, without a rebalance; disposing it does not leave the group.
    /// </summary>
    public string? GroupInstanceId { get; init; }

    /// <summary><c>group.protocol</c>.</summary>
    public GroupProtocol GroupProtocol { get; init; } = GroupProtocol.Classic;

    /// <summary>
    /// <c>partition.assignment.strategy</c>, in order of preference; classic groups only. All members must share one.
    /// Where each of a member's assignors is cooperative it keeps its partitions while it joins (KIP-429). Kafka's
    /// default, <c>range</c> and then <c>cooperative-sticky</c>, works with any group and stops the member in each
    /// rebalance; with the second alone it does not, once all members have it.
    /// </summary>
    public IReadOnlyList<IPartitionAssignor> Assignors { get; init; } =
        [PartitionAssignors.Range, PartitionAssignors.CooperativeSticky];

    /// <summary>
    /// <c>group.remote.assignor</c>: <c>uniform</c> or <c>range</c>; null for the broker's choice.
    /// <see cref="GroupProtocol.Consumer"/> only.
    /// </summary>
    public string? GroupRemoteAssignor { get; init; }

    /// <summary>
    /// <c>session.timeout.ms</c>: after how long the group is without a silent member. Classic groups only: else the
    /// broker's <c>group.consumer.session.timeout.ms</c> counts.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary><c>heartbeat.interval.ms</c>; classic groups only: else the broker says it.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// <c>max.poll.interval.ms</c>: a reader that asks for nothing for so long leaves the group, and joins again when
    /// it goes on. Also the time that a rebalance waits for this member.
    /// </summary>
    public TimeSpan MaxPollInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>max.poll.records</c>: the most records that one poll gives.</summary>
    public int MaxPollRecords { get; init; } = 500;

    /// <summary>
    /// <c>enable.auto.commit</c>: commits each <see cref="AutoCommitInterval"/>, before partitions are given up, and at
    /// the end. Only records whose processing has ended: those before the one that was handed out last, which ends
    /// when the next one is asked for. So a crash repeats records and never loses one.
    /// </summary>
    public bool EnableAutoCommit { get; init; } = true;

    /// <summary><c>auto.commit.interval.ms</c>.</summary>
    public TimeSpan AutoCommitInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// <c>enable.auto.offset.store</c> (librdkafka): false where only what <c>StoreOffset</c> was told is committed, by
    /// auto-commit and by <c>CommitAsync()</c>: for processing that goes on after the next record was asked for.
    /// </summary>
    public bool EnableAutoOffsetStore { get; init; } = true;

    /// <summary>
    /// <c>client.rack</c>: where the member is; assignors that know racks give it partitions with a replica near by.
    /// </summary>
    public string? ClientRack { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(FetchMinBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(FetchMaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPartitionFetchBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueuedMaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDecompressedBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(FetchMaxWait.Ticks, nameof(FetchMaxWait));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FetchMaxWait, WaitMax);
        ValidateGroup();
    }

    private void ValidateGroup()
    {
        RefuseEmpty(GroupId, nameof(GroupId));
        RefuseEmpty(GroupInstanceId, nameof(GroupInstanceId));
        RefuseEmpty(GroupRemoteAssignor, nameof(GroupRemoteAssignor));
        RefuseEmpty(ClientRack, nameof(ClientRack));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPollRecords, 1);
        RefuseOutside(SessionTimeout, nameof(SessionTimeout));
        RefuseOutside(HeartbeatInterval, nameof(HeartbeatInterval));
        RefuseOutside(MaxPollInterval, nameof(MaxPollInterval));
        RefuseOutside(AutoCommitInterval, nameof(AutoCommitInterval));
        if (HeartbeatInterval >= SessionTimeout)
        {
            throw new ArgumentException(
                $"{nameof(HeartbeatInterval)} ({HeartbeatInterval}) must be shorter than " +
                $"{nameof(SessionTimeout)} ({SessionTimeout}); a third of it is usual.");
        }

        if (Assignors is not { Count: > 0 } || Assignors.DistinctBy(each => each.Name).Count() < Assignors.Count)
        {
            throw new ArgumentException($"{nameof(Assignors)} must name at least one assignor, and none twice.");
        }
    }

    private static void RefuseEmpty(string? value, string name)
    {
        if (value is { Length: 0 })
        {
            throw new ArgumentException($"{name} is empty: it is either null or has a name.");
        }
    }

    private static void RefuseOutside(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1), name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, WaitMax, name);
    }
}
