using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>What a coordinator answered to OffsetFetch, whose versions from 8 on are about several groups.</summary>
/// <param name="Error">The refusal of the group.</param>
/// <param name="Partitions">What it says of each partition.</param>
internal sealed record CommittedAnswer(ErrorCode Error, IReadOnlyList<CommittedPartition> Partitions)
{
    private const short FirstVersionWithStable = 7;
    private const short FirstVersionWithGroups = 8;

    /// <summary>Asks once.</summary>
    /// <param name="coordinator">Whom.</param>
    /// <param name="groupId">About whom.</param>
    /// <param name="partitions">Which partitions; null for all that the group has committed.</param>
    /// <param name="requireStable">Offsets that a transaction is about to replace are refused.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public static async Task<CommittedAnswer> AskAsync(
        BrokerConnection coordinator, string groupId, IEnumerable<TopicPartition>? partitions, bool requireStable,
        CancellationToken cancel)
    {
        var topics = partitions?.Distinct().GroupBy(each => each.Topic, each => each.Partition).ToList();
        var version = coordinator.ChooseVersion<OffsetFetchRequest>();
        var hasGroups = version >= FirstVersionWithGroups;
        var request = hasGroups ? OfGroups(groupId, topics) : OfOneGroup(groupId, topics);
        request.RequireStable = requireStable && version >= FirstVersionWithStable;
        var response = await coordinator.CallAsync<OffsetFetchRequest, OffsetFetchResponse>(request, cancel)
            .ConfigureAwait(false);
        if (!hasGroups)
        {
            return new CommittedAnswer(response.ErrorCode, [.. response.Topics.SelectMany(
                static topic => topic.Partitions,
                static (topic, each) => CommittedPartition.Of(
                    topic.Name, each.PartitionIndex, each.ErrorCode, each.CommittedOffset, each.CommittedLeaderEpoch,
                    each.Metadata))]);
        }

        var group = response.Groups.Find(each => each.GroupId == groupId)
            ?? throw new ProtocolViolationException($"{coordinator.Address} left the group out of its answer.");
        return new CommittedAnswer(group.ErrorCode, [.. group.Topics.SelectMany(
            static topic => topic.Partitions,
            static (topic, each) => CommittedPartition.Of(
                topic.Name, each.PartitionIndex, each.ErrorCode, each.CommittedOffset, each.CommittedLeaderEpoch,
                each.Metadata))]);
    }

    private static OffsetFetchRequest OfGroups(string groupId, List<IGrouping<string, int>>? topics) => new()
    {
        Groups =
        [
            new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = groupId,
                Topics = topics?.ConvertAll(static topic => new OffsetFetchRequest.OffsetFetchRequestTopics
                {
                    Name = topic.Key,
                    PartitionIndexes = [.. topic],
                }),
            },
        ],
    };

    private static OffsetFetchRequest OfOneGroup(string groupId, List<IGrouping<string, int>>? topics) => new()
    {
        GroupId = groupId,
        Topics = topics?.ConvertAll(static topic => new OffsetFetchRequest.OffsetFetchRequestTopic
        {
            Name = topic.Key,
            PartitionIndexes = [.. topic],
        }),
    };
}
