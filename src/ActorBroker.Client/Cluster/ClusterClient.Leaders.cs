using ActorBroker.Client.Networking;
using ActorBroker.Records;

namespace ActorBroker.Client.Cluster;

// Who leads a partition: told by metadata, or by a broker that was asked in error and knows better (KIP-951).
internal sealed partial class ClusterClient
{
    /// <summary>Who leads the partition; throws where nobody does.</summary>
    public async ValueTask<PartitionLeader> FindLeaderAsync(
        string topic, int partition, bool autoCreate, CancellationToken cancel)
    {
        var metadata = await TopicAsync(topic, autoCreate, cancel).ConfigureAwait(false);
        if (metadata.Find(partition) is null)
        {
            // It may have come since the topic was asked for.
            Forget(topic);
            metadata = await TopicAsync(topic, autoCreate, cancel).ConfigureAwait(false);
        }

        var description = metadata.Find(partition)
            ?? throw new UnknownPartitionException(topic, partition, metadata.Partitions.Count);
        lock (_gate)
        {
            if (_brokers.TryGetValue(description.LeaderId, out var address))
            {
                return new PartitionLeader(address, description.LeaderEpoch, metadata.Id);
            }

            _topics.Remove(topic);
        }

        throw new BrokerErrorException(ErrorCode.LeaderNotAvailable, $"Partition {partition} of topic '{topic}'");
    }

    /// <summary>The shared connection to the partition's leader.</summary>
    public async Task<BrokerConnection> LeaderAsync(
        string topic, int partition, bool autoCreate, CancellationToken cancel)
    {
        var leader = await FindLeaderAsync(topic, partition, autoCreate, cancel).ConfigureAwait(false);
        return await _connections.GetAsync(leader.Address, cancel).ConfigureAwait(false);
    }

    /// <summary>A broker that does not lead a partition says who does.</summary>
    public void LearnLeader(string topic, int partition, int leaderId, int leaderEpoch, BrokerAddress address)
    {
        if (leaderId < 0 || address.Port is < 1 or > 65535 || string.IsNullOrEmpty(address.Host))
        {
            return;
        }

        lock (_gate)
        {
            if (_topics.TryGetValue(topic, out var known) && known.Find(partition) is { } state &&
                state.LeaderEpoch < leaderEpoch)
            {
                // A copy, as others read the one that they were given.
                _brokers = new Dictionary<int, BrokerAddress>(_brokers) { [leaderId] = address };
                _topics[topic] = known with
                {
                    Partitions = [.. known.Partitions.Select(each => each.Partition == partition
                        ? each with { LeaderId = leaderId, LeaderEpoch = leaderEpoch }
                        : each)],
                };
            }
        }
    }

    /// <summary>
    /// A leader is not where it was thought to be. True where another one is known by now; else it is asked for again.
    /// </summary>
    public bool ForgetLeader(string topic, int partition, BrokerAddress? failed)
    {
        lock (_gate)
        {
            if (failed is not null && _topics.TryGetValue(topic, out var known) &&
                known.Find(partition) is { } state && _brokers.TryGetValue(state.LeaderId, out var address) &&
                address != failed)
            {
                return true;
            }

            _topics.Remove(topic);
            return false;
        }
    }

    /// <summary>True where the cluster says that another broker leads one of the partitions by now.</summary>
    public async Task<bool> HaveMovedAsync(
        IEnumerable<TopicPartition> partitions, BrokerAddress from, CancellationToken cancel)
    {
        var all = partitions.ToList();
        var topics = await TopicsAsync(all.Select(each => each.Topic).Distinct(), cancel).ConfigureAwait(false);
        lock (_gate)
        {
            return all.Exists(partition =>
                topics.FirstOrDefault(topic => topic.Name == partition.Topic)?.Find(partition.Partition) is { } state &&
                _brokers.TryGetValue(state.LeaderId, out var address) && address != from);
        }
    }

    /// <summary>
    /// What a broker says that is behind the others must not bring a leader back that was deposed. Within the lock.
    /// </summary>
    private TopicMetadata Newest(TopicMetadata told)
    {
        if (!_topics.TryGetValue(told.Name, out var known) || known.Id != told.Id)
        {
            return told;
        }

        return told with
        {
            Partitions = [.. told.Partitions.Select(each =>
                known.Find(each.Partition) is { } before && before.LeaderEpoch > each.LeaderEpoch &&
                _brokers.ContainsKey(before.LeaderId)
                    ? each with { LeaderId = before.LeaderId, LeaderEpoch = before.LeaderEpoch }
                    : each)],
        };
    }
}
