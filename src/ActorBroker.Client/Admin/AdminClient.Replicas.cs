using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

// Who leads a partition, and which brokers hold it.
public sealed partial class AdminClient
{
    /// <summary>
    /// Asks for elections. What became of each partition is told, in order; a partition that needs none is no failure.
    /// </summary>
    /// <param name="type">Who may become leader.</param>
    /// <param name="partitions">Which partitions; null: all that would get another leader by it.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <remarks>A repeated attempt may tell ELECTION_NOT_NEEDED of what an earlier one has done.</remarks>
    public Task<IReadOnlyList<ElectionResult>> ElectLeadersAsync(
        ElectionType type, IEnumerable<TopicPartition>? partitions = null, CancellationToken cancel = default)
    {
        List<ElectLeadersRequest.TopicPartitionsData>? topics = partitions is null
            ? null
            : [.. partitions.Distinct().GroupBy(each => each.Topic).Select(
                topic => new ElectLeadersRequest.TopicPartitionsData
                {
                    Topic = topic.Key,
                    Partitions = [.. topic.Select(each => each.Partition).Order()],
                })];
        return RunAsync<IReadOnlyList<ElectionResult>>(
            async token =>
            {
                var response = await CallControllerAsync<ElectLeadersRequest, ElectLeadersResponse>(
                    _ => new ElectLeadersRequest
                    {
                        ElectionType = (sbyte)type,
                        TopicPartitions = topics,
                        TimeoutMs = TimeoutMs,
                    },
                    token).ConfigureAwait(false);
                Require(response.ErrorCode, "Electing leaders");
                var results = response.ReplicaElectionResults.SelectMany(topic => topic.PartitionResult.Select(
                    each => new ElectionResult(
                        new TopicPartition(topic.Topic, each.PartitionId), each.ErrorCode, each.ErrorMessage)))
                    .ToList();
                results.ForEach(each => _cluster.Forget(each.Partition.Topic));
                return
                [
                    .. results.OrderBy(each => each.Partition.Topic, StringComparer.Ordinal)
                        .ThenBy(each => each.Partition.Partition),
                ];
            },
            cancel);
    }

    /// <summary>
    /// Moves partitions to other brokers, or calls moves off. The answer comes when the moves are noted; what is under
    /// way is told by <see cref="ListPartitionReassignmentsAsync"/>.
    /// </summary>
    /// <param name="targets">
    /// The brokers that shall hold each partition, the preferred leader first; null calls a move off.
    /// </param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BrokerErrorException">
    /// The first refusal, e.g. INVALID_REPLICA_ASSIGNMENT or NO_REASSIGNMENT_IN_PROGRESS; other partitions of the
    /// request may be on the move all the same.
    /// </exception>
    public Task AlterPartitionReassignmentsAsync(
        IReadOnlyDictionary<TopicPartition, IReadOnlyList<int>?> targets, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return RunAsync(
            async token =>
            {
                var request = new AlterPartitionReassignmentsRequest
                {
                    TimeoutMs = TimeoutMs,
                    Topics = [.. targets.GroupBy(each => each.Key.Topic).Select(
                        topic => new AlterPartitionReassignmentsRequest.ReassignableTopic
                        {
                            Name = topic.Key,
                            Partitions = [.. topic.Select(
                                each => new AlterPartitionReassignmentsRequest.ReassignablePartition
                                {
                                    PartitionIndex = each.Key.Partition,
                                    Replicas = each.Value?.ToList(),
                                })],
                        })],
                };
                var response = await CallControllerAsync<
                    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(_ => request, token)
                    .ConfigureAwait(false);
                Require(response.ErrorCode, "Moving partitions", response.ErrorMessage);
                foreach (var topic in response.Responses)
                {
                    _cluster.Forget(topic.Name);
                    foreach (var each in topic.Partitions)
                    {
                        Require(
                            each.ErrorCode,
                            $"Moving partition {each.PartitionIndex} of topic '{topic.Name}'",
                            each.ErrorMessage);
                    }
                }

                return true;
            },
            cancel);
    }

    /// <summary>The partitions whose replicas are on the move now, by topic and number.</summary>
    /// <param name="partitions">Of which partitions; null for all.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public Task<IReadOnlyList<PartitionReassignment>> ListPartitionReassignmentsAsync(
        IEnumerable<TopicPartition>? partitions = null, CancellationToken cancel = default)
    {
        List<ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics>? topics = partitions is null
            ? null
            : [.. partitions.GroupBy(each => each.Topic).Select(
                topic => new ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics
                {
                    Name = topic.Key,
                    PartitionIndexes = [.. topic.Select(each => each.Partition).Distinct().Order()],
                })];
        return RunAsync<IReadOnlyList<PartitionReassignment>>(
            async token =>
            {
                var response = await CallControllerAsync<
                    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
                    _ => new ListPartitionReassignmentsRequest { TimeoutMs = TimeoutMs, Topics = topics }, token)
                    .ConfigureAwait(false);
                Require(response.ErrorCode, "Listing the moves of partitions", response.ErrorMessage);
                return
                [
                    .. response.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).SelectMany(
                        topic => topic.Partitions.OrderBy(each => each.PartitionIndex).Select(
                            each => new PartitionReassignment(
                                new TopicPartition(topic.Name, each.PartitionIndex),
                                [.. each.Replicas],
                                [.. each.AddingReplicas],
                                [.. each.RemovingReplicas]))),
                ];
            },
            cancel);
    }
}
