using ActorBroker.Client.Groups;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

// What groups have committed: read, set from outside, deleted.
public sealed partial class AdminClient
{
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
        var wanted = partitions?.ToList();
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
        string groupId, List<TopicPartition>? wanted, CancellationToken cancel)
    {
        var coordinator = await _coordinators.FindAsync(groupId, cancel).ConfigureAwait(false);
        var answer = await CommittedAnswer.AskAsync(coordinator, groupId, wanted, requireStable: false, cancel)
            .ConfigureAwait(false);
        Require(answer.Error, $"Reading the offsets of group '{groupId}'");
        var found = new Dictionary<TopicPartition, OffsetAndMetadata>();
        foreach (var (partition, error, committed) in answer.Partitions)
        {
            Require(error, $"Reading the offset of group '{groupId}' in {partition}");
            if (committed is { } offset)
            {
                found[partition] = offset;
            }
        }

        return found;
    }
}
