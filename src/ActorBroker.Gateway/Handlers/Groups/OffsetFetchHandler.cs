using ActorBroker.Broker.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Handlers.Groups;

/// <summary>
/// OffsetFetch v0-9: what was never committed is offset -1 without an error. v2 adds all offsets of a group (null
/// topics) and an error for the group, v5 the leader epoch, v8 many groups, v9 the member epoch of KIP-848. v0, which
/// once meant ZooKeeper, reads the group's offsets as v1 does.
/// </summary>
internal sealed class OffsetFetchHandler(HandlerContext context) : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const short FirstVersionOfGroupErrors = 2;
    private const short FirstVersionOfManyGroups = 8;

    private readonly GroupCoordinator _groups = context.Node.Groups;

    protected override async ValueTask<OffsetFetchResponse> AnswerAsync(
        OffsetFetchRequest message, RequestContext request)
    {
        if (request.Version < FirstVersionOfManyGroups)
        {
            var wanted = message.Topics?.SelectMany(static topic =>
                topic.PartitionIndexes.Select(index => new TopicPartition(topic.Name, index))).ToList();
            var result = await _groups.FetchOffsetsAsync(new FetchOffsetsCommand(
                message.GroupId, null, -1, wanted, message.RequireStable)).ConfigureAwait(false);
            return One(result, wanted, request.Version);
        }

        // All are asked before the first is awaited.
        var asked = message.Groups.Select(group => _groups.FetchOffsetsAsync(new FetchOffsetsCommand(
            group.GroupId,
            group.MemberId,
            group.MemberEpoch,
            group.Topics?.SelectMany(static topic =>
                topic.PartitionIndexes.Select(index => new TopicPartition(topic.Name, index))).ToList(),
            message.RequireStable))).ToArray();
        var results = await Task.WhenAll(asked).ConfigureAwait(false);
        return new OffsetFetchResponse
        {
            Groups = [.. message.Groups.Zip(results, static (group, result) => Of(group.GroupId, result))],
        };
    }

    private static OffsetFetchResponse One(
        FetchOffsetsResult result, IReadOnlyList<TopicPartition>? wanted, short version)
    {
        // Old clients look for a group's error at its partitions.
        var rows = result.Error != ErrorCode.None && version < FirstVersionOfGroupErrors
            ? wanted?.Select(partition => new FetchedOffset(partition, null, result.Error)) ?? []
            : result.Offsets;
        var response = new OffsetFetchResponse { ErrorCode = result.Error };
        foreach (var topic in rows.GroupBy(static row => row.Partition.Topic))
        {
            var answer = new OffsetFetchResponse.OffsetFetchResponseTopic { Name = topic.Key };
            answer.Partitions.AddRange(topic.Select(
                static row => new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = row.Partition.Partition,
                    CommittedOffset = row.Committed?.Offset ?? -1,
                    CommittedLeaderEpoch = row.Committed?.LeaderEpoch ?? -1,
                    Metadata = row.Committed?.Metadata ?? "",
                    ErrorCode = row.Error,
                }));
            response.Topics.Add(answer);
        }

        return response;
    }

    private static OffsetFetchResponse.OffsetFetchResponseGroup Of(string groupId, FetchOffsetsResult result)
    {
        var response = new OffsetFetchResponse.OffsetFetchResponseGroup { GroupId = groupId, ErrorCode = result.Error };
        foreach (var topic in result.Offsets.GroupBy(static row => row.Partition.Topic))
        {
            var answer = new OffsetFetchResponse.OffsetFetchResponseTopics { Name = topic.Key };
            answer.Partitions.AddRange(topic.Select(
                static row => new OffsetFetchResponse.OffsetFetchResponsePartitions
                {
                    PartitionIndex = row.Partition.Partition,
                    CommittedOffset = row.Committed?.Offset ?? -1,
                    CommittedLeaderEpoch = row.Committed?.LeaderEpoch ?? -1,
                    Metadata = row.Committed?.Metadata ?? "",
                    ErrorCode = row.Error,
                }));
            response.Topics.Add(answer);
        }

        return response;
    }
}
