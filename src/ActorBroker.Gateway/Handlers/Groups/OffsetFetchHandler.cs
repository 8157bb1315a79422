using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// OffsetFetch v0-9: what was never committed is offset -1 without an error. v2 adds all offsets of a group (null
/// topics) and an error for the group, v5 the leader epoch, v8 many groups, v9 the member epoch of KIP-848. v0, which
/// once meant ZooKeeper, reads the group's offsets as v1 does. More than a million rows are INVALID_REQUEST.
/// </summary>
internal sealed class OffsetFetchHandler(HandlerContext context) : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const short FirstVersionOfGroupErrors = 2;
    private const short FirstVersionOfManyGroups = 8;

    /// <summary>More rows than any cluster has partitions; each of four bytes is answered by many more.</summary>
    private const int RowsMax = 1_000_000;

    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<OffsetFetchResponse> AnswerAsync(
        OffsetFetchRequest message, RequestContext request)
    {
        if (request.Version < FirstVersionOfManyGroups)
        {
            var wanted = message.Topics?.SelectMany(static topic =>
                topic.PartitionIndexes.Select(index => new TopicPartition(topic.Name, index))).Take(RowsMax + 1)
                .ToList();
            var result = wanted is { Count: > RowsMax }
                ? new FetchOffsetsResult(ErrorCode.InvalidRequest, [])
                : await _groups.FetchOffsetsAsync(new FetchOffsetsCommand(
                    message.GroupId, null, -1, wanted, message.RequireStable)).ConfigureAwait(false);
            return One(result, wanted, request.Version);
        }

        var rows = message.Groups.Sum(static group =>
            group.Topics?.Sum(static topic => (long)topic.PartitionIndexes.Count) ?? 0);
        var results = await GroupQuestions.AskAsync(
            message.Groups,
            group => rows > RowsMax
                ? Task.FromResult(new FetchOffsetsResult(ErrorCode.InvalidRequest, []))
                : FetchAsync(group, message.RequireStable)).ConfigureAwait(false);
        return new OffsetFetchResponse
        {
            Groups = [.. message.Groups.Zip(results, static (group, result) => Of(group.GroupId, result))],
        };
    }

    private Task<FetchOffsetsResult> FetchAsync(OffsetFetchRequest.OffsetFetchRequestGroup group, bool requireStable) =>
        _groups.FetchOffsetsAsync(new FetchOffsetsCommand(
            group.GroupId,
            group.MemberId,
            group.MemberEpoch,
            group.Topics?.SelectMany(static topic =>
                topic.PartitionIndexes.Select(index => new TopicPartition(topic.Name, index))).ToList(),
            requireStable));

    private static OffsetFetchResponse One(
        FetchOffsetsResult result, IReadOnlyList<TopicPartition>? wanted, short version)
    {
        // Old clients look for a group's error at its partitions.
        var rows = result.Error != ErrorCode.None && version < FirstVersionOfGroupErrors
            ? wanted?.Select(partition => new FetchedOffset(partition, null, result.Error)) ?? []
            : result.Offsets;
        return new OffsetFetchResponse
        {
            ErrorCode = result.Error,
            Topics =
            [
                .. ByTopic(rows).Select(static topic => new OffsetFetchResponse.OffsetFetchResponseTopic
                {
                    Name = topic.Key,
                    Partitions =
                    [
                        .. topic.Select(static row => new OffsetFetchResponse.OffsetFetchResponsePartition
                        {
                            PartitionIndex = row.Partition.Partition,
                            CommittedOffset = row.Committed?.Offset ?? -1,
                            CommittedLeaderEpoch = row.Committed?.LeaderEpoch ?? -1,
                            Metadata = row.Committed?.Metadata ?? "",
                            ErrorCode = row.Error,
                        }),
                    ],
                }),
            ],
        };
    }

    // The same rows once more: from v8 on, the protocol has types of their own for them.
    private static OffsetFetchResponse.OffsetFetchResponseGroup Of(string groupId, FetchOffsetsResult result) => new()
    {
        GroupId = groupId,
        ErrorCode = result.Error,
        Topics =
        [
            .. ByTopic(result.Offsets).Select(static topic => new OffsetFetchResponse.OffsetFetchResponseTopics
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(static row => new OffsetFetchResponse.OffsetFetchResponsePartitions
                    {
                        PartitionIndex = row.Partition.Partition,
                        CommittedOffset = row.Committed?.Offset ?? -1,
                        CommittedLeaderEpoch = row.Committed?.LeaderEpoch ?? -1,
                        Metadata = row.Committed?.Metadata ?? "",
                        ErrorCode = row.Error,
                    }),
                ],
            }),
        ],
    };

    private static IEnumerable<IGrouping<string, FetchedOffset>> ByTopic(IEnumerable<FetchedOffset> rows) =>
        rows.GroupBy(static row => row.Partition.Topic);
}
