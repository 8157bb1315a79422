using ActorBroker.Core.Catalogue;

namespace ActorBroker.Simulation.Cluster;

/// <summary>
/// The controller's shell: works where this broker has the lowest id of those that live, as it sees it. Two may work at
/// the same time; a document takes one change after the other.
/// </summary>
internal sealed class SimController(SimCluster cluster, SimBroker broker)
{
    private bool _isDue;
    private bool _isWriting;

    /// <summary>Something changed.</summary>
    public void Consider()
    {
        if (_isDue)
        {
            return;
        }

        _isDue = true;
        broker.After(cluster.World.Random.Between(100, 5_000), () =>
        {
            _isDue = false;
            Supervise();
        });
    }

    /// <summary>The process is gone.</summary>
    public void Forget() => (_isDue, _isWriting) = (false, false);

    private void Supervise()
    {
        if (!broker.IsMember || _isWriting || broker.Live.Keys.First() != broker.Id)
        {
            return;
        }

        var changes = new List<TopicDocument>();
        foreach (var topic in broker.Topics.Values)
        {
            if (Supervise(topic) is { } next)
            {
                changes.Add(next);
            }
        }

        if (changes.Count == 0)
        {
            return;
        }

        _isWriting = true;
        var written = new List<TopicDocument>();
        cluster.Catalogue.Call(
            broker,
            () =>
            {
                written.AddRange(changes.Where(cluster.Catalogue.TryWrite));
                return true;
            },
            end =>
            {
                _isWriting = false;
                if (end == CallEnd.Done)
                {
                    foreach (var topic in written)
                    {
                        broker.Learn(topic);
                    }
                }

                Consider();
            });
    }

    private TopicDocument? Supervise(TopicDocument topic)
    {
        var config = broker.ConfigOf(topic);
        var settings = new ElectionSettings(config.MinInsyncReplicas, config.UncleanLeaderElection);
        if (cluster.World.Canary == Canary.ElectOutsideInSync)
        {
            for (var index = 0; index < topic.Partitions.Length; index++)
            {
                var state = topic.Partitions[index];
                var outsiders = state.Replicas
                    .Where(id => broker.View.IsLive(id) && !state.InSync.Contains(id)).ToArray();
                if (!broker.View.IsLive(state.Leader) && outsiders.Length > 0)
                {
                    return topic.With(index, state with
                    {
                        Leader = outsiders[0],
                        LeaderEpoch = state.LeaderEpoch + 1,
                        InSync = [outsiders[0]],
                        InSyncEpochs = [broker.View.EpochOf(outsiders[0])],
                        EligibleLeaders = [],
                        EligibleLeaderEpochs = [],
                    });
                }
            }
        }

        return topic.Supervise(broker.View, settings);
    }
}
