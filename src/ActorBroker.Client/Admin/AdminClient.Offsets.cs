using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

public sealed partial class AdminClient
{
    private const int NoReplica = -1;
    private const short FirstVersionWithMaxTimestamp = 7;

    /// <summary>The offset at which reading from a position would begin.</summary>
    public Task<long> FindOffsetAsync(
        string topic, int partition, StartPosition position, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        return RunAsync(token => OffsetLookup.FindAsync(_cluster, topic, partition, position, token), cancel);
    }

    /// <summary>Looks one offset up in each of some partitions, with one request to each leader.</summary>
    /// <exception cref="BrokerErrorException">The refusal of the first partition that has one.</exception>
    public Task<IReadOnlyDictionary<TopicPartition, ListedOffset>> ListOffsetsAsync(
        IEnumerable<TopicPartition> partitions, OffsetSpec spec, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        var wanted = partitions.Distinct().ToList();
        return RunAsync<IReadOnlyDictionary<TopicPartition, ListedOffset>>(
            async token =>
            {
                var answers = await CallLeadersAsync<ListOffsetsRequest, ListOffsetsResponse>(
                    wanted, (leader, led) => NewListOffsets(leader, led, spec), token).ConfigureAwait(false);
                var found = new Dictionary<TopicPartition, ListedOffset>();
                foreach (var topic in answers.SelectMany(each => each.Topics))
                {
                    foreach (var each in topic.Partitions)
                    {
                        var key = new TopicPartition(topic.Name, each.PartitionIndex);
                        RequireOfLeader(each.ErrorCode, $"Looking up an offset of {key}", topic.Name);
                        found[key] = new ListedOffset(each.Offset, each.Timestamp, each.LeaderEpoch);
                    }
                }

                RequireAll(wanted, found.Keys);
                return found;
            },
            cancel);
    }

    /// <summary>
    /// Deletes the records before an offset of each partition, for ever; -1 deletes all there are. The answer has each
    /// partition's first offset from now on.
    /// </summary>
    /// <exception cref="BrokerErrorException">
    /// The refusal of the first partition that has one; others may have been carried out.
    /// </exception>
    public Task<IReadOnlyDictionary<TopicPartition, long>> DeleteRecordsAsync(
        IReadOnlyDictionary<TopicPartition, long> beforeOffsets, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(beforeOffsets);
        return RunAsync<IReadOnlyDictionary<TopicPartition, long>>(
            async token =>
            {
                var answers = await CallLeadersAsync<DeleteRecordsRequest, DeleteRecordsResponse>(
                    beforeOffsets.Keys, (_, led) => NewDeleteRecords(led, beforeOffsets), token).ConfigureAwait(false);
                var starts = new Dictionary<TopicPartition, long>();
                foreach (var topic in answers.SelectMany(each => each.Topics))
                {
                    foreach (var each in topic.Partitions)
                    {
                        var key = new TopicPartition(topic.Name, each.PartitionIndex);
                        RequireOfLeader(each.ErrorCode, $"Deleting records of {key}", topic.Name);
                        starts[key] = each.LowWatermark;
                    }
                }

                RequireAll(beforeOffsets.Keys, starts.Keys);
                return starts;
            },
            cancel);
    }

    /// <summary>The producers that some partitions remember.</summary>
    /// <exception cref="BrokerErrorException">The refusal of the first partition that has one.</exception>
    public Task<IReadOnlyDictionary<TopicPartition, IReadOnlyList<ProducerState>>> DescribeProducersAsync(
        IEnumerable<TopicPartition> partitions, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        var wanted = partitions.Distinct().ToList();
        return RunAsync<IReadOnlyDictionary<TopicPartition, IReadOnlyList<ProducerState>>>(
            async token =>
            {
                var answers = await CallLeadersAsync<DescribeProducersRequest, DescribeProducersResponse>(
                    wanted, (_, led) => NewDescribeProducers(led), token).ConfigureAwait(false);
                var found = new Dictionary<TopicPartition, IReadOnlyList<ProducerState>>();
                foreach (var topic in answers.SelectMany(each => each.Topics))
                {
                    foreach (var each in topic.Partitions)
                    {
                        var key = new TopicPartition(topic.Name, each.PartitionIndex);
                        RequireOfLeader(
                            each.ErrorCode, $"Describing the producers of {key}", topic.Name, each.ErrorMessage);
                        found[key] = [.. each.ActiveProducers.Select(state => new ProducerState(
                            state.ProducerId,
                            state.ProducerEpoch,
                            state.LastSequence,
                            state.LastTimestamp,
                            state.CoordinatorEpoch,
                            state.CurrentTxnStartOffset))];
                    }
                }

                RequireAll(wanted, found.Keys);
                return found;
            },
            cancel);
    }

    private static void RequireAll(IEnumerable<TopicPartition> wanted, IEnumerable<TopicPartition> found)
    {
        foreach (var missing in wanted.Except(found))
        {
            throw new ProtocolViolationException($"The leader of {missing} left the partition out of its answer.");
        }
    }

    private ListOffsetsRequest NewListOffsets(
        BrokerConnection leader, IReadOnlyList<TopicPartition> partitions, OffsetSpec spec)
    {
        // An older broker would take the special value for a time.
        if (spec == OffsetSpec.MaxTimestamp
            && leader.ChooseVersion<ListOffsetsRequest>() < FirstVersionWithMaxTimestamp)
        {
            throw new KafkaException($"The broker at {leader.Address} is too old to look up the largest timestamp.");
        }

        return new ListOffsetsRequest
        {
            ReplicaId = NoReplica,
            TimeoutMs = TimeoutMs,
            Topics = [.. partitions.GroupBy(each => each.Topic).Select(topic =>
                new ListOffsetsRequest.ListOffsetsTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(each => new ListOffsetsRequest.ListOffsetsPartition
                    {
                        PartitionIndex = each.Partition,
                        Timestamp = spec.Value,
                    })],
                })],
        };
    }

    private DeleteRecordsRequest NewDeleteRecords(
        IReadOnlyList<TopicPartition> partitions, IReadOnlyDictionary<TopicPartition, long> beforeOffsets) => new()
        {
            TimeoutMs = TimeoutMs,
            Topics = [.. partitions.GroupBy(each => each.Topic).Select(topic =>
                new DeleteRecordsRequest.DeleteRecordsTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(each => new DeleteRecordsRequest.DeleteRecordsPartition
                    {
                        PartitionIndex = each.Partition,
                        Offset = beforeOffsets[each],
                    })],
                })],
        };

    private static DescribeProducersRequest NewDescribeProducers(IReadOnlyList<TopicPartition> partitions) => new()
    {
        Topics = [.. partitions.GroupBy(each => each.Topic).Select(topic => new DescribeProducersRequest.TopicRequest
        {
            Name = topic.Key,
            PartitionIndexes = [.. topic.Select(each => each.Partition)],
        })],
    };
}
