using ActorBroker.Simulation.Checking;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Workload;

/// <summary>Reads a partition from its leader, as it believes, or from a follower (KIP-392).</summary>
internal sealed class SimConsumer(SimCluster cluster, int number, string topic, int index)
{
    private const int PatienceUs = 300_000;

    private readonly World _world = cluster.World;
    private readonly ClientView _view = new(cluster, topic);
    private Guid _topicId;
    private int _request;

    /// <summary>The next offset that it wants.</summary>
    public long Position { get; private set; }

    public string PartitionName => $"{topic}-{index}";

    public string Name => $"consumer {number} of {topic}-{index}";

    public void Start() => Poll();

    private void Poll()
    {
        var request = ++_request;
        if (_view.TopicId is { } topicId && _view.PartitionCount > index)
        {
            if (topicId != _topicId)
            {
                (_topicId, Position) = (topicId, 0);
            }

            Ask(request);
        }
        else
        {
            _view.Refresh();
        }

        _world.After(PatienceUs, () =>
        {
            if (request == _request)
            {
                _view.Refresh();
                Poll();
            }
        });
    }

    private void Ask(int request)
    {
        var id = _world.Random.Chance(0.3) ? _world.Random.Pick(_view.ReplicasOf(index)) : _view.LeaderOf(index);
        if (id < 0 || cluster.Network.IsCut(Network.Client, id))
        {
            return;
        }

        var broker = cluster.Broker(id);
        var (topicId, position) = (_topicId, Position);
        broker.Receive(_world.Random.Between(50, 3_000), () =>
        {
            if (broker.Replica(topicId, index) is { } replica)
            {
                replica.Post(() =>
                {
                    var (start, batches) = replica.Fetch(position);
                    cluster.Network.Answer(id, () => Take(request, start, batches));
                });
            }
        });
    }

    private void Take(int request, long logStart, IReadOnlyList<Entry> batches)
    {
        if (request != _request)
        {
            return;
        }

        Position = Math.Max(Position, logStart);
        foreach (var batch in batches)
        {
            Position = Math.Max(Position, batch.NextOffset);
        }

        _request++;
        _world.After(_world.Random.Between(10_000, 80_000), Poll);
    }
}
