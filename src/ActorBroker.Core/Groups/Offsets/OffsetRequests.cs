using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Offsets;

/// <summary>A committed offset.</summary>
/// <param name="Offset">The offset of the next record to read.</param>
/// <param name="LeaderEpoch">The epoch of the record before it; -1 unknown.</param>
/// <param name="Metadata">The client's note.</param>
/// <param name="CommitTimestampMs">When it was committed, Unix milliseconds.</param>
/// <param name="ExpireTimestampMs">When it expires (v2-4 commits that say so); -1: by the group's rule.</param>
public sealed record CommittedOffset(
    long Offset, int LeaderEpoch, string Metadata, long CommitTimestampMs, long ExpireTimestampMs = -1);

/// <summary>OffsetCommit.</summary>
/// <param name="GroupId">The group; may be empty.</param>
/// <param name="Member">The member; an empty id for a commit from outside of any generation.</param>
/// <param name="GenerationOrEpoch">The generation or the member epoch; below 0 for a simple commit.</param>
/// <param name="IsModern">v9+: KIP-848's error codes are known to the client.</param>
/// <param name="RetentionMs">v2-4; -1: by the broker's rule.</param>
/// <param name="Offsets">What is committed, in the order of the request.</param>
public sealed record CommitCommand(
    string GroupId,
    MemberName Member,
    int GenerationOrEpoch,
    bool IsModern,
    long RetentionMs,
    IReadOnlyList<OffsetToCommit> Offsets);

/// <summary>One offset of a commit.</summary>
/// <param name="Partition">Where.</param>
/// <param name="Offset">What.</param>
/// <param name="LeaderEpoch">-1 unknown.</param>
/// <param name="Metadata">A note, or null.</param>
/// <param name="CommitTimestampMs">v1; -1: the broker's time.</param>
/// <param name="Refused">An error that the door found already (an unknown topic): the offset isn't stored.</param>
public readonly record struct OffsetToCommit(
    TopicPartition Partition,
    long Offset,
    int LeaderEpoch,
    string? Metadata,
    long CommitTimestampMs = -1,
    ErrorCode Refused = ErrorCode.None);

/// <summary>OffsetFetch of one group.</summary>
/// <param name="GroupId">The group; may be empty.</param>
/// <param name="MemberId">v9+; null: no check.</param>
/// <param name="MemberEpoch">v9+; -1: no check.</param>
/// <param name="Partitions">Which; null: all that the group has.</param>
/// <param name="RequireStable">Pending transactional commits are an error.</param>
public sealed record FetchOffsetsCommand(
    string GroupId,
    string? MemberId,
    int MemberEpoch,
    IReadOnlyList<TopicPartition>? Partitions,
    bool RequireStable);

/// <summary>The answer.</summary>
/// <param name="Error">For the whole group.</param>
/// <param name="Offsets">In the order of the request.</param>
public sealed record FetchOffsetsResult(ErrorCode Error, IReadOnlyList<FetchedOffset> Offsets);

/// <summary>One offset, or none.</summary>
/// <param name="Partition">Where.</param>
/// <param name="Committed">Null where nothing was committed.</param>
/// <param name="Error">For this partition.</param>
public readonly record struct FetchedOffset(
    TopicPartition Partition, CommittedOffset? Committed, ErrorCode Error = ErrorCode.None);

/// <summary>OffsetDelete.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Partitions">Whose offsets go.</param>
public sealed record DeleteOffsetsCommand(string GroupId, IReadOnlyList<TopicPartition> Partitions);

/// <summary>The answer: errors by partition, in the order of the request.</summary>
/// <param name="Error">For the whole group.</param>
/// <param name="Partitions">One per partition.</param>
public sealed record DeleteOffsetsResult(ErrorCode Error, IReadOnlyList<ErrorCode> Partitions);
