using ActorBroker.Client.Cluster;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// Finds a partition's leader and position, and whether the leader still has what was read (KIP-320).
/// </summary>
internal sealed partial class FetchCoordinator
{
    /// <summary>The first version whose answers consumers may rely on, as Kafka's own client has it.</summary>
    private const short FirstVersionForConsumers = 3;

    private const int NoEpoch = -1;

    private readonly Dictionary<string, Task<TopicMetadata>> _topicLookups = [];

    private void BeginLocating(AssignedPartition partition)
    {
        partition.Fetcher = null;
        if (!_isClosed && !partition.IsHeld)
        {
            var generation = partition.Generation;
            Run(() => LocateAsync(partition, generation));
        }
    }

    private async Task LocateAsync(AssignedPartition partition, int generation)
    {
        try
        {
            while (!await TryLocateAsync(partition, generation).ConfigureAwait(false))
            {
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The consumer is closed.
        }
    }

    /// <summary>One attempt; false where there should be another.</summary>
    private async Task<bool> TryLocateAsync(AssignedPartition partition, int generation)
    {
        try
        {
            var failures = partition.Failures;
            var isKnown = partition.IsLeaderKnown && failures == 1;
            partition.IsLeaderKnown = false;
            if (failures > 0 && !isKnown)
            {
                var clock = _cluster.Options.TimeProvider;
                var pause = Backoff.Pause(_cluster.Options, failures - 1);
                await Task.Delay(pause, clock, _closing.Token).ConfigureAwait(false);
            }

            await LearnTopicAsync(partition.Id.Topic).ConfigureAwait(false);
            var leader = await _cluster.FindLeaderAsync(
                partition.Id.Topic, partition.Id.Partition, autoCreate: false, _closing.Token).ConfigureAwait(false);
            if (partition.Start is { IsCommitted: true })
            {
                // What was committed is then compared with the leader's log, as what was read is.
                return await StartWhereCommittedAsync(partition, generation).ConfigureAwait(false);
            }

            if (partition.Start is { } start)
            {
                var offset = start.IsOffset
                    ? start.Value
                    : await OffsetLookup.FindOnceAsync(
                        _cluster, partition.Id.Topic, partition.Id.Partition, start, _closing.Token,
                        _options.IsolationLevel).ConfigureAwait(false);
                Located(partition, generation, leader, offset);
            }
            else
            {
                var end = await EndOfLastEpochAsync(partition, leader).ConfigureAwait(false);
                Validated(partition, generation, leader, end);
            }

            return true;
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            // Whatever it was, the reader learns of it: nothing may end in a consumer that waits for ever.
            return !IsToRepeat(partition, generation, failure);
        }
    }

    private bool IsToRepeat(AssignedPartition partition, int generation, Exception failure)
    {
        _cluster.Forget(partition.Id.Topic);
        lock (_gate)
        {
            if (partition.Generation != generation)
            {
                return false;
            }

            if (IsWorthAnotherTry(partition, failure))
            {
                return true;
            }

            Rest(partition, failure);
            return false;
        }
    }

    /// <summary>Many partitions of a topic ask at the same time: one question is enough.</summary>
    private async Task LearnTopicAsync(string topic)
    {
        Task<TopicMetadata> asking;
        lock (_gate)
        {
            if (!_topicLookups.TryGetValue(topic, out asking!) || asking.IsCompleted)
            {
                asking = _cluster.TopicAsync(topic, autoCreate: false, _closing.Token).AsTask();
                _topicLookups[topic] = asking;
            }
        }

        await asking.ConfigureAwait(false);
    }

    private void Located(AssignedPartition partition, int generation, in PartitionLeader leader, long offset)
    {
        lock (_gate)
        {
            if (!_isClosed && partition.Generation == generation)
            {
                partition.Start = null;
                partition.Position = partition.FetchOffset = offset;
                partition.FetchedEpoch = NoEpoch;
                Serve(partition, leader);
            }
        }
    }

    private void Validated(
        AssignedPartition partition, int generation, in PartitionLeader leader, long? endOfLastEpoch)
    {
        lock (_gate)
        {
            if (_isClosed || partition.Generation != generation)
            {
                return;
            }

            if (endOfLastEpoch is { } end && end < partition.FetchOffset)
            {
                var position = partition.CurrentPosition;
                if (_options.AutoOffsetReset == AutoOffsetReset.None)
                {
                    Rest(partition, new LogTruncatedException(partition.Id, position, end));
                    return;
                }

                // What was fetched of the old leader and is not read yet is void beyond the cut.
                StartAt(partition, StartPosition.At(Math.Min(position, end)));
                return;
            }

            Serve(partition, leader);
        }
    }

    private void Serve(AssignedPartition partition, in PartitionLeader leader)
    {
        partition.Leader = leader;
        partition.Fetcher = FetcherOf(leader.Address);
        partition.Fetcher.Wake();
    }

    /// <summary>
    /// Where the leader's log leaves the epoch that was read last; null where there is nothing to compare.
    /// </summary>
    private async Task<long?> EndOfLastEpochAsync(AssignedPartition partition, PartitionLeader leader)
    {
        int epoch;
        lock (_gate)
        {
            epoch = partition.FetchedEpoch;
        }

        if (epoch < 0 || leader.Epoch <= epoch)
        {
            return null;
        }

        var connection = await _cluster.LeaderAsync(
            partition.Id.Topic, partition.Id.Partition, autoCreate: false, _closing.Token).ConfigureAwait(false);
        if (connection.ChooseVersion<OffsetForLeaderEpochRequest>() < FirstVersionForConsumers)
        {
            return null;
        }

        var request = new OffsetForLeaderEpochRequest
        {
            ReplicaId = -1,
            Topics =
            [
                new()
                {
                    Topic = partition.Id.Topic,
                    Partitions =
                    [
                        new()
                        {
                            Partition = partition.Id.Partition,
                            CurrentLeaderEpoch = leader.Epoch,
                            LeaderEpoch = epoch,
                        },
                    ],
                },
            ],
        };
        var response = await connection.CallAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
            request, _closing.Token).ConfigureAwait(false);
        var answer = response.Topics.SelectMany(each => each.Partitions).FirstOrDefault()
            ?? throw new ProtocolViolationException($"{leader.Address} left {partition.Id} out of its answer.");
        if (answer.ErrorCode != ErrorCode.None)
        {
            throw new BrokerErrorException(answer.ErrorCode, $"Comparing the leader's log of {partition.Id}");
        }

        // -1: the leader knows nothing of that epoch or of any before it, so there is nothing to compare either.
        return answer.EndOffset >= 0 ? answer.EndOffset : null;
    }
}
