using ActorBroker.Core.Coordinators;
using ActorBroker.Core.Topics;
using ActorBroker.Records;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Groups;

/// <summary>
/// A broker's part in coordinating groups: one shard for each partition of the offsets topic that it leads, as far as
/// it knows.
/// </summary>
internal sealed class SimCoordinator(SimBroker broker)
{
    private readonly SortedDictionary<int, SimGroupShard> _shards = [];
    private int _partitions;

    /// <summary>Shards follow the leaderships that this broker has heard of.</summary>
    public void Follow()
    {
        var topic = broker.Topics.GetValueOrDefault(TopicNames.ConsumerOffsets);
        foreach (var (index, shard) in _shards.ToArray())
        {
            if (Led(index) != shard.Replica)
            {
                _shards.Remove(index);
                shard.End();
            }
        }

        _partitions = topic?.Partitions.Length ?? 0;
        for (var index = 0; index < _partitions; index++)
        {
            if (!_shards.ContainsKey(index) && Led(index) is { } replica)
            {
                var shard = new SimGroupShard(broker, replica);
                _shards.Add(index, shard);
                shard.Start();
            }
        }

        SimReplica? Led(int index) =>
            topic is not null && index < topic.Partitions.Length && topic.Partitions[index].Leader == broker.Id
                ? broker.Replica(topic.Id, index)
                : null;
    }

    /// <summary>A client's request for a group.</summary>
    public void Ask(string groupId, GroupCall call)
    {
        if (_partitions > 0 &&
            _shards.TryGetValue(CoordinatorHash.Partition(groupId, _partitions), out var shard))
        {
            shard.Ask(call);
        }
        else
        {
            call.Refuse(ErrorCode.NotCoordinator);
        }
    }

    /// <summary>The process is gone.</summary>
    public void Forget()
    {
        _shards.Clear();
        _partitions = 0;
    }
}
