using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

// What groups have committed: read, set from outside, deleted.
public sealed partial class AdminClient
{
    private const short FirstOffsetFetchWithGroups = 8;
    private const int NoGeneration = -1;

    /// <summary>What a group has committed.</summary>
    /// <param name="groupId">The group; one that does not exist has committed nothing.</param>
    /// <param name="partitions">Which partitions; null for all. Those without an offset are not in the answer.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BrokerErrorException">
    /// The refusal of the group, or of the first partition that has one.
    /// </exception>
    public Task<IReadOnlyDictionary<TopicPartition, OffsetAndMetadata>> ListGroupOffsetsAsync(
        string groupId, IEnumerable<TopicPartition>? partitions = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        var wanted = partitions?.Distinct().GroupBy(each => each.Topic).ToList();
        return RunAsync(token => ListGroupOffsetsOnceAsync(groupId, wanted, token), cancel);
    }

    /// <summary>
    /// Sets what a group has committed, from outside: the group must not have members, unless they only commit and
    /// assign their partitions themselves.
    /// </summary>
    /// <exception cref="BrokerErrorException">
    /// E.g. UNKNOWN_MEMBER_ID: the group has members. The refusal of the first partition that has one; others may have
    /// been carried out.
    /// </exception>
    public Task AlterGroupOffsetsAsync(
        string groupId,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        ArgumentNullException.ThrowIfNull(offsets);
        var request = new OffsetCommitRequest
        {
            GroupId = groupId,
            GenerationIdOrMemberEpoch = NoGeneration,
            Topics = [.. offsets.GroupBy(each => each.Key.Topic).Select(topic =>
                new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(each => new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = each.Key.Partition,
                        CommittedOffset = each.Value.Offset,
                        CommittedLeaderEpoch = each.Value.LeaderEpoch,
                        CommittedMetadata = each.Value.Metadata,
                    })],
                })],
        };
        return RunAsync(
            async token =>
            {
                var coordinator = await _coordinators.FindAsync(groupId, token).ConfigureAwait(false);
                var response = await coordinator.CallAsync<OffsetCommitRequest, OffsetCommitResponse>(request, token)
                    .ConfigureAwait(false);
                foreach (var topic in response.Topics)
                {
                    foreach (var each in topic.Partitions)
                    {
                        Require(
                            each.ErrorCode,
                            $"Setting the offset of group '{groupId}' in {topic.Name}-{each.PartitionIndex}");
                    }
                }

                return true;
            },
            cancel);
    }

    /// <summary>Makes a group forget what it has committed for some partitions.</summary>
    /// <exception cref="BrokerErrorException">
    /// E.g. GROUP_SUBSCRIBED_TO_TOPIC: members read it. The refusal of the group, or of the first partition that has
    /// one; others may have been carried out.
    /// </exception>
    public Task DeleteGroupOffsetsAsync(
        string groupId, IEnumerable<TopicPartition> partitions, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        ArgumentNullException.ThrowIfNull(partitions);
        var request = new OffsetDeleteRequest
        {
            GroupId = groupId,
            Topics = [.. partitions.Distinct().GroupBy(each => each.Topic).Select(topic =>
                new OffsetDeleteRequest.OffsetDeleteRequestTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(each => new OffsetDeleteRequest.OffsetDeleteRequestPartition
                    {
                        PartitionIndex = each.Partition,
                    })],
                })],
        };
        return RunAsync(
            async token =>
            {
                var coordinator = await _coordinators.FindAsync(groupId, token).ConfigureAwait(false);
                var response = await coordinator.CallAsync<OffsetDeleteRequest, OffsetDeleteResponse>(request, token)
                    .ConfigureAwait(false);
                Require(response.ErrorCode, $"Deleting offsets of group '{groupId}'");
                foreach (var topic in response.Topics)
                {
                    foreach (var each in topic.Partitions)
                    {
                        Require(
                            each.ErrorCode,
                            $"Deleting the offset of group '{groupId}' in {topic.Name}-{each.PartitionIndex}");
                    }
                }

                return true;
            },
            cancel);
    }

    private async Task<IReadOnlyDictionary<TopicPartition, OffsetAndMetadata>> ListGroupOffsetsOnceAsync(
        string groupId, List<IGrouping<string, TopicPartition>>? wanted, CancellationToken cancel)
    {
        var coordinator = await _coordinators.FindAsync(groupId, cancel).ConfigureAwait(false);
        var hasGroups = coordinator.ChooseVersion<OffsetFetchRequest>() >= FirstOffsetFetchWithGroups;
        var response = await coordinator.CallAsync<OffsetFetchRequest, OffsetFetchResponse>(
            hasGroups ? NewOffsetFetchOfGroups(groupId, wanted) : NewOffsetFetch(groupId, wanted), cancel)
            .ConfigureAwait(false);
        var found = new Dictionary<TopicPartition, OffsetAndMetadata>();
        if (!hasGroups)
        {
            Require(response.ErrorCode, $"Reading the offsets of group '{groupId}'");
            foreach (var topic in response.Topics)
            {
                topic.Partitions.ForEach(each => Add(
                    topic.Name, each.PartitionIndex, each.ErrorCode, each.CommittedOffset, each.CommittedLeaderEpoch,
                    each.Metadata));
            }

            return found;
        }

        var group = response.Groups.Find(each => each.GroupId == groupId) ?? throw LeftOut(groupId);
        Require(group.ErrorCode, $"Reading the offsets of group '{groupId}'");
        foreach (var topic in group.Topics)
        {
            topic.Partitions.ForEach(each => Add(
                topic.Name, each.PartitionIndex, each.ErrorCode, each.CommittedOffset, each.CommittedLeaderEpoch,
                each.Metadata));
        }

        return found;

        void Add(string topic, int partition, ErrorCode error, long offset, int epoch, string? metadata)
        {
            Require(error, $"Reading the offset of group '{groupId}' in {topic}-{partition}");
            if (offset >= 0)
            {
                found[new TopicPartition(topic, partition)] = new OffsetAndMetadata(offset, epoch, metadata ?? "");
            }
        }
    }

    private static OffsetFetchRequest NewOffsetFetchOfGroups(
        string groupId, List<IGrouping<string, TopicPartition>>? wanted) => new()
        {
            Groups =
            [
                new OffsetFetchRequest.OffsetFetchRequestGroup
                {
                    GroupId = groupId,
                    Topics = wanted?.ConvertAll(topic => new OffsetFetchRequest.OffsetFetchRequestTopics
                    {
                        Name = topic.Key,
                        PartitionIndexes = [.. topic.Select(each => each.Partition)],
                    }),
                },
            ],
        };

    private static OffsetFetchRequest NewOffsetFetch(
        string groupId, List<IGrouping<string, TopicPartition>>? wanted) => new()
        {
            GroupId = groupId,
            Topics = wanted?.ConvertAll(topic => new OffsetFetchRequest.OffsetFetchRequestTopic
            {
                Name = topic.Key,
                PartitionIndexes = [.. topic.Select(each => each.Partition)],
            }),
        };
}
