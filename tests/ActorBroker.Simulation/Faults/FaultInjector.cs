using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Faults;

/// <summary>Breaks things for a while, several at a time, and mends them all in the end.</summary>
internal sealed class FaultInjector(SimCluster cluster)
{
    private readonly World _world = cluster.World;

    public void Start()
    {
        cluster.Network.DropRate = cluster.Scenario.DropRate;
        cluster.Network.RepeatRate = cluster.Scenario.RepeatRate;
        cluster.Network.DetourRate = cluster.Scenario.DetourRate;
        cluster.Catalogue.LossRate = cluster.Scenario.CatalogueLossRate;
        Next();
    }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Heal()
    {
        _world.Say(-1, Trace.Everybody, "heals");
        _world.HasFaults = false;
        cluster.Network.MendAll();
        cluster.Catalogue.Cut.Clear();
        cluster.Catalogue.LossRate = 0;
        foreach (var broker in cluster.Brokers)
        {
            broker.Disk.Mend();
            if (broker.IsPaused)
            {
                broker.Resume();
            }

            if (!broker.IsRunning)
            {
                broker.Start();
            }
        }

        foreach (var viewer in cluster.Brokers)
        {
            // A suspicion is a fault too, and ends with the others.
            cluster.Membership.Refresh(viewer);
        }
    }

    private void Next() => _world.After(
        _world.Random.Between(cluster.Scenario.FaultEveryUs / 3, cluster.Scenario.FaultEveryUs), () =>
        {
            if (_world.HasFaults)
            {
                Break(_world.Random.Pick([.. cluster.Brokers]));
                Next();
            }
        });

    private void Break(SimBroker broker)
    {
        var isShort = _world.Random.Chance(0.7);
        var forUs = (isShort ? _world.Random.Between(20, 500) : _world.Random.Between(500, 2_000)) * 1000;
        switch (_world.Random.Next(20))
        {
            case 0 or 1 or 2:
                Kill(broker, forUs);
                break;
            case 3 or 4 or 5:
                LosePower(broker, forUs);
                break;
            case 6:
                LoseDisk(broker, forUs);
                break;
            case 7 or 8:
                Stop(broker, forUs);
                break;
            case 9 or 10:
                Pause(broker, forUs);
                break;
            case 11 or 12 or 13:
                Cut(broker, forUs);
                break;
            case 14:
                CutFromCatalogue(broker, forUs);
                break;
            case 15:
                Suspect(broker, forUs);
                break;
            default:
                Spoil(broker, forUs);
                break;
        }
    }

    private void Kill(SimBroker broker, int forUs)
    {
        if (broker.IsRunning && cluster.Budget.TryKill(broker))
        {
            broker.Say("is killed");
            broker.Die();
            Restart(broker, forUs);
        }
    }

    private void LosePower(SimBroker broker, int forUs)
    {
        if (broker.IsRunning && cluster.Budget.TryLose(broker, wholeDisk: false))
        {
            broker.Say("loses power, and what it had not synced");
            broker.Die();
            broker.Disk.LoseUnsynced();
            Restart(broker, forUs);
        }
    }

    private void LoseDisk(SimBroker broker, int forUs)
    {
        if (broker.IsRunning && cluster.Budget.TryLose(broker, wholeDisk: true))
        {
            broker.Say("loses its disk");
            broker.Die();
            broker.Disk.Replace();
            foreach (var partition in cluster.Ledgers)
            {
                partition.DiskLost(broker.Id);
            }

            Restart(broker, forUs);
        }
    }

    private void Stop(SimBroker broker, int forUs)
    {
        if (broker is { IsMember: true, IsDraining: false })
        {
            broker.Stop(() => Restart(broker, forUs));
        }
    }

    private void Restart(SimBroker broker, int afterUs) => _world.After(afterUs, () =>
    {
        if (!broker.IsRunning)
        {
            broker.Start();
        }
    });

    private void Pause(SimBroker broker, int forUs)
    {
        if (broker is { IsRunning: true, IsPaused: false })
        {
            broker.Pause();
            _world.After(forUs, () =>
            {
                if (broker.IsPaused)
                {
                    broker.Resume();
                }
            });
        }
    }

    /// <summary>From some of the others or from all, in one direction or in both; clients count as others.</summary>
    private void Cut(SimBroker broker, int forUs)
    {
        var others = cluster.Brokers.Where(other => other != broker).Select(other => other.Id).ToList();
        if (_world.Random.Chance(0.4))
        {
            others.Add(Network.Client);
        }

        if (_world.Random.Chance(0.5))
        {
            others = [_world.Random.Pick(others)];
        }

        var way = _world.Random.Next(3);
        broker.Say($"is cut {way switch { 0 => "from", 1 => "on the way to", _ => "on the way from" }} " +
            string.Join(' ', others));
        foreach (var other in others)
        {
            if (way != 2)
            {
                CutOne(broker.Id, other, forUs);
            }

            if (way != 1)
            {
                CutOne(other, broker.Id, forUs);
            }
        }
    }

    private void CutOne(int from, int to, int forUs)
    {
        cluster.Network.Cut(from, to);
        _world.After(forUs, () => cluster.Network.Mend(from, to));
    }

    private void CutFromCatalogue(SimBroker broker, int forUs)
    {
        broker.Say("can't reach the catalogue");
        cluster.Catalogue.Cut.Add(broker.Id);
        _world.After(forUs, () => cluster.Catalogue.Cut.Remove(broker.Id));
    }

    private void Suspect(SimBroker broker, int forUs)
    {
        var viewer = _world.Random.Pick([.. cluster.Brokers]);
        if (viewer != broker)
        {
            viewer.Say($"takes broker {broker.Id} for dead");
            cluster.Membership.Suspect(viewer, broker, forUs);
        }
    }

    private void Spoil(SimBroker broker, int forUs)
    {
        var disk = broker.Disk;
        switch (_world.Random.Next(4))
        {
            case 0:
                broker.Say("has a full disk");
                disk.Fill(_world.Random.Next(2_000));
                break;
            case 1:
                broker.Say("will fail a write");
                disk.Files.FailWrite(_world.Random.Next(10), _world.Random.Next(200));
                break;
            case 2:
                broker.Say("will fail an fsync");
                disk.Files.FailSync(_world.Random.Next(5));
                break;
            default:
                broker.Say("has a slow disk");
                disk.SlownessUs = _world.Random.Between(5_000, 100_000);
                break;
        }

        _world.After(forUs, () => broker.Disk.Mend());
    }
}
