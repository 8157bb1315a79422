using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Replication;
using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Simulation.Cluster;

// How a process begins and ends, and what it does regularly.
internal sealed partial class SimBroker
{
    private const int TickUs = 60_000;
    private const int TryAgainUs = 20_000;

    private ClusterView? _view;
    private int _ticks;

    /// <summary>The brokers as this one knows them.</summary>
    public ClusterView View => _view ??= new ClusterView(_registered.Values, Live);

    /// <summary>
    /// A process begins: it takes an epoch, registers it, says what its replicas are worth by now, reads the catalogue,
    /// opens its logs, and joins.
    /// </summary>
    public void Start()
    {
        IsRunning = true;
        Disk.Files.Kill();
        try
        {
            _directory = LogDirectory.Open(SimDisk.Root, Disk.Files, "simulated", Id);
        }
        catch (LogDirectoryException failure)
        {
            Say($"can't start: {failure.Message}");
            End();
            _world.After(TryAgainUs * 10, () =>
            {
                if (!IsRunning)
                {
                    Start();
                }
            });
            return;
        }

        var cleanEpoch = _directory.WasCleanShutdown ? Disk.CleanEpoch : null;
        Say(cleanEpoch is null ? "starts after an unclean stop" : $"starts after a clean stop of epoch {cleanEpoch}");
        foreach (var other in _cluster.Brokers.Where(other => other.IsMember && other != this))
        {
            Live = Live.SetItem(other.Id, other.Epoch);
        }

        if (_world.Canary == Canary.IgnoreBrokerEpochs && Disk.LastEpoch is { } last)
        {
            Epoch = last;
            Enter();
        }
        else
        {
            TakeEpoch(cleanEpoch);
        }
    }

    /// <summary>A clean stop: leaderships go first, then the logs are closed.</summary>
    public void Stop(Action stopped)
    {
        Say("shuts down");
        IsDraining = true;
        Register(() => { });
        WaitUntilIdle(tries: 20, () => CloseAll(stopped));
    }

    /// <summary>
    /// A stop that fails to be clean is as bad as a kill, since a start can't tell them apart. Where the budget has
    /// none left, the disk works while it stops, and it waits for its logs.
    /// </summary>
    private void CloseAll(Action stopped)
    {
        if (!_cluster.Budget.MayKill(this))
        {
            Disk.Mend();
            if (!_replicas.Values.All(replica => replica.CanClose && !replica.LeavesLoss))
            {
                After(TryAgainUs, () => CloseAll(stopped));
                return;
            }
        }

        var isClean = true;
        foreach (var replica in _replicas.Values)
        {
            isClean &= replica.Close() && !replica.LeavesLoss;
        }

        try
        {
            WriteCheckpoints();
            if (isClean)
            {
                _directory!.MarkCleanShutdown(Epoch);
                Disk.CleanEpoch = Epoch;
            }
        }
        catch (IOException failure)
        {
            Say($"can't stop cleanly: {failure.Message}");
            isClean = false;
        }

        Say(isClean ? "has stopped" : "has stopped uncleanly");
        if (!isClean)
        {
            _cluster.Ledgers[0].Require(_cluster.Budget.TryKill(this), $"broker {Id} must not stop uncleanly");
        }

        foreach (var replica in _replicas.Values)
        {
            replica.Vanish();
        }

        End();
        _cluster.Membership.Leave(this);
        stopped();
    }

    /// <summary>An append from a leader elsewhere.</summary>
    public void Take(ReplicaAppend append, Action<ReplicaAppendResult> reply)
    {
        if (Epoch == 0)
        {
            return;
        }

        if (Replica(append.TopicId, append.Partition) is { } replica)
        {
            replica.Post(() => replica.Append(append, reply));
        }
        else
        {
            reply(new ReplicaAppendResult
            {
                Status = ReplicaAppendStatus.Unready,
                Epoch = -1,
                EndOffset = -1,
                BrokerEpoch = Epoch,
            });
        }
    }

    /// <summary>Changes a topic by compare-and-set, from what the catalogue holds.</summary>
    public void Change(
        string topic, Func<TopicDocument, TopicDocument?> change, Action<bool>? done = null, int tries = 10)
    {
        TopicDocument? written = null;
        _cluster.Catalogue.Call(
            this,
            () => _cluster.Catalogue.Find(topic) is { } present && change(present) is { } next
                && _cluster.Catalogue.TryWrite(written = next),
            end =>
            {
                if (end == CallEnd.Done)
                {
                    Learn(written!);
                }

                if (end == CallEnd.Unknown && tries > 1)
                {
                    Change(topic, change, done, tries - 1);
                    return;
                }

                done?.Invoke(end == CallEnd.Done);
            });
    }

    private void TakeEpoch(long? cleanEpoch)
    {
        var epoch = 0L;
        _cluster.Catalogue.Call(
            this,
            () => (epoch = _cluster.Catalogue.NextBrokerEpoch()) > 0,
            end => GoOn(end, () => TakeEpoch(cleanEpoch), () =>
            {
                Epoch = epoch;
                Disk.LastEpoch = epoch;
                Say($"lives in epoch {epoch}");
                Register(() => AdoptReplicas(cleanEpoch));
            }));
    }

    private void Register(Action then)
    {
        var registration = new BrokerRegistration(Id, Epoch, 0, RackOf(Id), [], null, IsDraining);
        _cluster.Catalogue.Call(
            this,
            () => _cluster.Catalogue.TryRegister(registration),
            end => GoOn(end, () => Register(then), then));
    }

    /// <summary>Two racks, so that placement has something to think about.</summary>
    private static string RackOf(int id) => id % 2 == 0 ? "even" : "odd";

    /// <summary>Says in each document what this broker's replica is worth in its new life.</summary>
    private void AdoptReplicas(long? cleanEpoch)
    {
        var view = new ClusterView(_cluster.Catalogue.Brokers.Values, Live);
        var adopted = _cluster.Catalogue.Topics
            .Select(topic => topic.Adopt(Id, cleanEpoch, view, _cluster.Scenario.ConfigOf(topic).MinInsyncReplicas))
            .OfType<TopicDocument>().ToArray();
        _cluster.Catalogue.Call(
            this,
            () => adopted.Count(_cluster.Catalogue.TryWrite) == adopted.Length,
            end => GoOn(
                end == CallEnd.Refused ? CallEnd.Unknown : end, () => AdoptReplicas(cleanEpoch), Enter));
    }

    /// <summary>Reads the catalogue as it is, goes on with its feed, and joins.</summary>
    private void Enter()
    {
        var (position, topics, brokers) = (0, Array.Empty<TopicDocument>(), Array.Empty<BrokerRegistration>());
        _cluster.Catalogue.Call(
            this,
            () =>
            {
                position = _cluster.Catalogue.JournalEnd;
                topics = [.. _cluster.Catalogue.Topics];
                brokers = [.. _cluster.Catalogue.Brokers.Values];
                return true;
            },
            end => GoOn(end, Enter, () =>
            {
                _heardUpTo = position;
                foreach (var broker in brokers)
                {
                    _registered[broker.Id] = broker;
                }

                RemoveStrays(topics);
                foreach (var topic in topics)
                {
                    Adopt(topic);
                }

                IsMember = true;
                Live = Live.SetItem(Id, Epoch);
                _view = null;
                _cluster.Membership.Join(this);
                Say("has joined");
                After(_world.Random.Next(TickUs), Tick);

                // News that came while it read were for nobody.
                _cluster.Catalogue.Announce(this, _cluster.Catalogue.JournalEnd);
            }));
    }

    /// <summary>Folders of replicas that were taken away while nobody ran here.</summary>
    private void RemoveStrays(TopicDocument[] topics)
    {
        foreach (var folder in _directory!.ListPartitions())
        {
            var topic = topics.FirstOrDefault(topic => topic.Name == folder.Partition.Topic);
            var isMine = topic is not null && (folder.TopicId == topic.Id || folder.TopicId is null)
                && folder.Partition.Partition < topic.Partitions.Length
                && topic.Partitions[folder.Partition.Partition].Replicas.Contains(Id);
            if (!isMine)
            {
                _directory.RemovePartition(folder.Partition, folder.TopicId ?? Guid.Empty);
            }
        }
    }

    private void GoOn(CallEnd end, Action again, Action next)
    {
        if (end == CallEnd.Done)
        {
            next();
        }
        else if (end == CallEnd.Unknown)
        {
            After(TryAgainUs, again);
        }
    }

    private void Tick()
    {
        foreach (var replica in _replicas.Values)
        {
            replica.Post(replica.Tick);
        }

        _controller.Consider();
        if (++_ticks % 16 == 0)
        {
            _cluster.Membership.Refresh(this);
        }

        if (_ticks % 8 == 0)
        {
            try
            {
                WriteCheckpoints();
            }
            catch (IOException)
            {
                // The next tick tries again: older checkpoints only cost time.
            }
        }

        After(TickUs + _world.Random.Next(TickUs / 10), Tick);
    }

    /// <summary>
    /// A start must not trust what was cut: the written recovery point goes down before anything comes in its place.
    /// </summary>
    public bool TryTrustUpTo(TopicPartition name, long logEndOffset)
    {
        if (_directory!.RecoveryPoints.GetValueOrDefault(name) > logEndOffset)
        {
            try
            {
                WriteCheckpoints();
            }
            catch (IOException)
            {
                return false;
            }
        }

        return true;
    }

    private void WriteCheckpoints()
    {
        var known = _replicas.Values.ToDictionary(replica => replica.Name, replica => replica.Known);
        _directory!.WriteRecoveryPoints(known.ToDictionary(pair => pair.Key, pair => pair.Value.RecoveryPoint));
        _directory.WriteHighWatermarks(known.ToDictionary(pair => pair.Key, pair => pair.Value.HighWatermark));
        _directory.WriteLogStartOffsets(known.ToDictionary(pair => pair.Key, pair => pair.Value.LogStart));
    }

    private void WaitUntilIdle(int tries, Action then)
    {
        if (tries == 0 || _replicas.Values.All(replica => replica.Leader is null))
        {
            then();
        }
        else
        {
            After(TryAgainUs, () => WaitUntilIdle(tries - 1, then));
        }
    }
}
