// Offsets: committed, read, deleted, expired.
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

public sealed partial class GroupCoordinatorMachine
{
    // Of the record of an offset, what is as long for all: numbers, lengths, and the record's own head.
    private const int OffsetRecordBytes = 96;

    // One string per topic, however many offsets and requests name it; also: the topics that may have offsets here.
    private readonly HashSet<string> _topicNames = [];

    /// <summary>OffsetCommit.</summary>
    public void Commit(GroupTurn turn, CommitCommand command, Reply<IReadOnlyList<ErrorCode>> reply)
    {
        var group = Find(command.GroupId);
        var refused = StoredText.Fits(command.GroupId)
            ? CheckCommit(turn, group, command)
            : ErrorCode.InvalidGroupId;
        var errors = new ErrorCode[command.Offsets.Count];
        var last = new Dictionary<TopicPartition, int>();
        for (var index = 0; index < errors.Length; index++)
        {
            var offset = command.Offsets[index];
            errors[index] = offset.Refused != ErrorCode.None ? offset.Refused
                : refused != ErrorCode.None ? refused
                : Check(offset);
            if (errors[index] == ErrorCode.None)
            {
                // Who names a partition again and again has meant the last one.
                last[offset.Partition] = index;
            }
        }

        if (SizeOf(command, last.Values) > _context.Settings.DecisionBytesMax)
        {
            Refuse(errors, ErrorCode.InvalidCommitOffsetSize);
            last.Clear();
        }

        foreach (var row in last.Values.Order())
        {
            Store(turn, command, command.Offsets[row]);
        }

        // The first commit makes a group of its own.
        if ((group ?? Find(command.GroupId)) is { } changed)
        {
            Settle(changed);
        }

        turn.Answer(reply, errors);
    }

    /// <summary>OffsetFetch of one group.</summary>
    public void FetchOffsets(GroupTurn turn, FetchOffsetsCommand command, Reply<FetchOffsetsResult> reply)
    {
        var group = Find(command.GroupId);
        if (group?.Members?.CheckFetch(command) is { } error and not ErrorCode.None)
        {
            turn.Answer(reply, new FetchOffsetsResult(error, []));
            return;
        }

        // Transactional commits are not served yet, so no offset is ever unstable.
        IReadOnlyList<FetchedOffset> offsets = command.Partitions is { } partitions
            ? [.. partitions.Select(partition => new FetchedOffset(partition, group?.Offsets.Find(partition)))]
            : [.. group?.Offsets.All.Select(static each => new FetchedOffset(each.Key, each.Value)) ?? []];
        turn.Answer(reply, new FetchOffsetsResult(ErrorCode.None, offsets));
    }

    /// <summary>OffsetDelete.</summary>
    public void DeleteOffsets(GroupTurn turn, DeleteOffsetsCommand command, Reply<DeleteOffsetsResult> reply)
    {
        var group = Find(command.GroupId);
        var error = group is null
            ? ErrorCode.GroupIdNotFound
            : group.Members?.CheckOffsetDelete() ?? ErrorCode.None;
        if (error != ErrorCode.None)
        {
            turn.Answer(reply, new DeleteOffsetsResult(error, []));
            return;
        }

        var errors = new ErrorCode[command.Partitions.Count];
        for (var index = 0; index < errors.Length; index++)
        {
            var partition = command.Partitions[index];
            if (group!.Members?.IsSubscribedTo(partition.Topic) == true)
            {
                errors[index] = ErrorCode.GroupSubscribedToTopic;
            }
            else if (!IsThere(partition))
            {
                errors[index] = ErrorCode.UnknownTopicOrPartition;
            }
            else if (group.Offsets.Find(partition) is not null)
            {
                DeleteOffset(turn, group, partition);
            }
        }

        Settle(group!);
        turn.Answer(reply, new DeleteOffsetsResult(ErrorCode.None, errors));
    }

    /// <summary>
    /// Lets go what <c>offsets.retention.minutes</c> says, and then the empty groups that have no offset left.
    /// </summary>
    /// <returns>How many offsets went.</returns>
    public int ExpireOffsets(GroupTurn turn)
    {
        var count = 0;
        foreach (var group in Snapshot())
        {
            var expired = group.Offsets.All.Where(each => HasExpired(turn, group, each.Key, each.Value))
                .Select(static each => each.Key).ToList();
            foreach (var partition in expired)
            {
                DeleteOffset(turn, group, partition);
            }

            count += expired.Count;
            if (group is { Offsets.Count: 0, Members: { EmptySinceMs: not null, AwaitsMembers: false } members } &&
                members.CheckDelete() == ErrorCode.None)
            {
                members.Delete(turn);
            }

            Settle(group);
        }

        return count;
    }

    /// <summary>Topics are gone for good: so are their offsets.</summary>
    public void DeleteTopicOffsets(GroupTurn turn, IReadOnlySet<string> topics)
    {
        foreach (var group in Snapshot())
        {
            var deleted = group.Offsets.All.Where(each => topics.Contains(each.Key.Topic))
                .Select(static each => each.Key).ToList();
            foreach (var partition in deleted)
            {
                DeleteOffset(turn, group, partition);
            }

            Settle(group);
        }

        _topicNames.ExceptWith(topics);
    }

    private static ErrorCode CheckCommit(GroupTurn turn, Group? group, CommitCommand command)
    {
        if (group?.Members is { } members)
        {
            return members.CheckCommit(turn, command);
        }

        // Without a generation it comes from a tool, or from a consumer that assigns its partitions itself.
        return command.GenerationOrEpoch < 0 ? ErrorCode.None
            : group is not null ? ErrorCode.UnknownMemberId
            : command.IsModern ? ErrorCode.GroupIdNotFound
            : ErrorCode.IllegalGeneration;
    }

    private static void Refuse(Span<ErrorCode> errors, ErrorCode error)
    {
        foreach (ref var each in errors)
        {
            each = each == ErrorCode.None ? error : each;
        }
    }

    private ErrorCode Check(in OffsetToCommit offset) =>
        offset.Metadata?.Length > _context.Settings.OffsetMetadataMaxBytes || !StoredText.Fits(offset.Metadata)
            ? ErrorCode.OffsetMetadataTooLarge
        : IsThere(offset.Partition) ? ErrorCode.None
        : ErrorCode.UnknownTopicOrPartition;

    private bool IsThere(TopicPartition partition) =>
        _context.Topics.Find(partition.Topic) is { } known &&
        partition.Partition >= 0 && partition.Partition < known.PartitionCount;

    /// <summary>What the records take at most.</summary>
    private static long SizeOf(CommitCommand command, IEnumerable<int> rows)
    {
        var group = StoredText.SizeOf(command.GroupId);
        long size = 0;
        foreach (var row in rows)
        {
            var offset = command.Offsets[row];
            size += OffsetRecordBytes + group + StoredText.SizeOf(offset.Partition.Topic) +
                StoredText.SizeOf(offset.Metadata);
        }

        return size;
    }

    private void Store(GroupTurn turn, CommitCommand command, in OffsetToCommit offset)
    {
        var (topic, partition) = offset.Partition;
        var nowMs = turn.Now.UnixMs;
        _context.Store(
            turn,
            new OffsetCommitKey { Group = command.GroupId, Topic = topic, Partition = partition },
            new OffsetCommitValue
            {
                Offset = offset.Offset,
                LeaderEpoch = offset.LeaderEpoch,
                Metadata = offset.Metadata ?? "",
                CommitTimestamp = offset.CommitTimestampMs < 0 ? nowMs : offset.CommitTimestampMs,
                ExpireTimestamp = command.RetentionMs < 0 ? -1
                    : nowMs + Math.Min(command.RetentionMs, long.MaxValue - nowMs),
            });
    }

    private void ApplyOffset(Group group, OffsetCommitKey key, OffsetCommitValue? value)
    {
        if (value is null)
        {
            group.Offsets.Remove(new TopicPartition(key.Topic, key.Partition));
            return;
        }

        if (!_topicNames.TryGetValue(key.Topic, out var topic))
        {
            topic = key.Topic;
            _topicNames.Add(topic);
        }

        group.Offsets.Set(
            new TopicPartition(topic, key.Partition),
            new CommittedOffset(
                value.Offset, value.LeaderEpoch, value.Metadata, value.CommitTimestamp, value.ExpireTimestamp));
    }

    private bool HasExpired(GroupTurn turn, Group group, TopicPartition partition, CommittedOffset offset)
    {
        var rule = group.Members?.OffsetExpiry ?? OffsetExpiry.SinceCommit;
        if (rule == OffsetExpiry.Never || group.Members?.IsSubscribedTo(partition.Topic) == true)
        {
            return false;
        }

        if (offset.ExpireTimestampMs >= 0)
        {
            return turn.Now.UnixMs >= offset.ExpireTimestampMs;
        }

        // A tool may commit for a group that has been empty for long.
        var sinceMs = rule == OffsetExpiry.SinceEmpty && group.Members?.EmptySinceMs is { } emptySinceMs
            ? Math.Max(emptySinceMs, offset.CommitTimestampMs)
            : offset.CommitTimestampMs;
        return turn.Now.UnixMs - sinceMs >= _context.Settings.OffsetsRetentionMs;
    }

    private void DeleteAllOffsets(GroupTurn turn, Group group)
    {
        foreach (var partition in group.Offsets.All.Select(static each => each.Key).ToList())
        {
            DeleteOffset(turn, group, partition);
        }
    }

    private void DeleteOffset(GroupTurn turn, Group group, TopicPartition partition) => _context.Store(
        turn,
        new OffsetCommitKey { Group = group.Id, Topic = partition.Topic, Partition = partition.Partition },
        null);

    /// <summary>
    /// Of the topics that have offsets here, those that are no longer there, or are others of the same name.
    /// </summary>
    private HashSet<string> OffsetTopicsGone(IGroupTopics before, IGroupTopics now) =>
    [
        .. _topicNames.Where(name => now.Find(name) is not { } topic ||
            (before.Find(name) is { } known && known.Id != topic.Id)),
    ];
}
