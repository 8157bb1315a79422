using ActorBroker.Core.Coordinators;
using ActorBroker.Core.Topics;
using ActorBroker.Simulation.Cluster;
using ActorBroker.Simulation.Groups;

namespace ActorBroker.Simulation.Workload;

/// <summary>What clients of coordinators have in common: they believe to know who coordinates, and ask.</summary>
internal abstract class GroupClient(SimCluster cluster)
{
    private const int PatienceUs = 700_000;

    private readonly ClientView _view = new(cluster, TopicNames.ConsumerOffsets);
    private GroupCall? _asked;

    protected World World { get; } = cluster.World;

    protected SimCluster Cluster { get; } = cluster;

    /// <summary>Asks any broker who coordinates.</summary>
    protected void Refresh() => _view.Refresh();

    /// <summary>Who coordinates the group, as far as is known, or -1.</summary>
    protected int CoordinatorOf(string group) => _view.PartitionCount > 0
        ? _view.LeaderOf(CoordinatorHash.Partition(group, _view.PartitionCount))
        : -1;

    /// <summary>
    /// Sends a request on a connection of its own; when no answer comes, the connection is closed. Calls made before
    /// count no more.
    /// </summary>
    protected void Send(string group, SimBroker broker, GroupCall call, Action noAnswer)
    {
        _asked = call;
        World.After(PatienceUs, () =>
        {
            if (_asked == call)
            {
                _asked = null;
                call.IsGivenUp = true;
                noAnswer();
            }
        });
        if (!Cluster.Network.IsCut(Network.Client, broker.Id) && !World.Random.Chance(Cluster.Network.DropRate))
        {
            broker.Receive(World.Random.Between(50, 3_000), () => broker.Coordinator.Ask(group, call));
        }
    }

    /// <summary>The answer's way back; it is nothing to a client that has given up.</summary>
    protected void Answer(SimBroker broker, Func<GroupCall> call, Action answered) =>
        Cluster.Network.Answer(broker.Id, () =>
        {
            if (_asked is not null && _asked == call())
            {
                _asked = null;
                answered();
            }
        });
}
