using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Core.Topics;
using ActorBroker.Simulation.Groups;
using ActorBroker.Storage;

namespace ActorBroker.Simulation.Cluster;

/// <summary>
/// A broker: a disk that stays, and one process after the other that runs on it. All that a process knows is gone with
/// it; what it asked for before comes back to nobody.
/// </summary>
internal sealed partial class SimBroker
{
    private readonly SimCluster _cluster;
    private readonly World _world;
    private readonly List<Action> _held = [];
    private readonly SortedDictionary<string, TopicDocument> _topics = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, BrokerRegistration> _registered = [];
    private readonly Dictionary<(Guid Topic, int Partition), SimReplica> _replicas = [];
    private readonly SimController _controller;
    private int _life;
    private int _heardUpTo = -1;
    private LogDirectory? _directory;

    public SimBroker(SimCluster cluster, int id)
    {
        _cluster = cluster;
        _world = cluster.World;
        Id = id;
        Disk = new SimDisk(_world);
        _controller = new SimController(cluster, this);
        Coordinator = new SimCoordinator(this);
    }

    public int Id { get; }

    public SimDisk Disk { get; }

    public bool IsRunning { get; private set; }

    public bool IsPaused { get; private set; }

    /// <summary>It has joined.</summary>
    public bool IsMember { get; private set; }

    public bool IsDraining { get; private set; }

    /// <summary>The epoch of this life; 0 before it has one.</summary>
    public long Epoch { get; private set; }

    /// <summary>Who lives, as it sees it.</summary>
    public ImmutableSortedDictionary<int, long> Live { get; private set; } = ImmutableSortedDictionary<int, long>.Empty;

    /// <summary>The topics as it knows them.</summary>
    public IReadOnlyDictionary<string, TopicDocument> Topics => _topics;

    /// <summary>The registrations as it knows them.</summary>
    public IReadOnlyDictionary<int, BrokerRegistration> Registered => _registered;

    public IReadOnlyCollection<SimReplica> Replicas => _replicas.Values;

    public SimCluster Cluster => _cluster;

    /// <summary>Its part in coordinating groups.</summary>
    public SimCoordinator Coordinator { get; }

    public LogDirectory Directory => _directory!;

    public SimReplica? Replica(Guid topic, int partition) => _replicas.GetValueOrDefault((topic, partition));

    public void Say(string what, int partition = Trace.Everybody) => _world.Say(Id, partition, what);

    /// <summary>Something of this life happens after a while, later if the process stands still then.</summary>
    public void After(long delayUs, Action action)
    {
        var life = _life;
        _world.After(delayUs, () => RunOrHold(life, action));
    }

    /// <summary>The same, but nothing in another life than this one.</summary>
    public Action InThisLife(Action action)
    {
        var life = _life;
        return () => RunOrHold(life, action);
    }

    /// <summary>Something arrives from outside, whoever lives here then.</summary>
    public void Receive(long delayUs, Action action) => _world.After(delayUs, () =>
    {
        if (IsRunning)
        {
            RunOrHold(_life, action);
        }
    });

    public void Pause()
    {
        Say("stands still");
        IsPaused = true;
        _cluster.Membership.Silence(this);
    }

    public void Resume()
    {
        Say("goes on");
        IsPaused = false;
        _cluster.Membership.Awake(this);
        var held = _held.ToArray();
        _held.Clear();
        foreach (var action in held)
        {
            After(0, action);
        }
    }

    /// <summary>The process is gone; what becomes of the disk is for the caller to say.</summary>
    public void Die()
    {
        var wasMember = IsMember;
        foreach (var replica in _replicas.Values)
        {
            replica.Vanish();
        }

        End();
        if (wasMember)
        {
            _cluster.Membership.Silence(this);
        }
    }

    /// <summary>The membership told it that a broker lives, in this epoch, or is gone.</summary>
    public void See(int brokerId, long? epoch)
    {
        var live = epoch is { } some ? Live.SetItem(brokerId, some) : Live.Remove(brokerId);
        if (brokerId == Id || !IsRunning || live.Equals(Live))
        {
            return;
        }

        Live = live;
        BrokersChanged();
        _controller.Consider();
    }

    /// <summary>The catalogue's feed goes on up to here.</summary>
    public void Hear(int upTo)
    {
        if (_heardUpTo < 0)
        {
            // It has not read the catalogue yet, and will read this, too.
            return;
        }

        for (; _heardUpTo < upTo; _heardUpTo++)
        {
            var news = _cluster.Catalogue.Read(_heardUpTo);
            if (news.Broker is { } broker)
            {
                _registered[broker.Id] = broker;
                BrokersChanged();
            }
            else if (news.Topic is { } topic)
            {
                Adopt(topic);
            }
            else
            {
                Forget(news.TopicId);
            }
        }

        _controller.Consider();
    }

    /// <summary>
    /// This broker wrote a document, or read it beside the feed. Only the feed brings topics; what it has said is
    /// gone stays gone.
    /// </summary>
    public void Learn(TopicDocument topic)
    {
        if (_topics.TryGetValue(topic.Name, out var known) && known.Id == topic.Id)
        {
            Adopt(topic);
        }
    }

    private void Adopt(TopicDocument topic)
    {
        if (_topics.TryGetValue(topic.Name, out var known) && known.Id == topic.Id && known.Version >= topic.Version)
        {
            return;
        }

        if (known is not null && known.Id != topic.Id)
        {
            Forget(known.Id);
        }

        _topics[topic.Name] = topic;
        for (var index = 0; index < topic.Partitions.Length; index++)
        {
            Adopt(topic, index);
        }

        if (topic.Name == TopicNames.ConsumerOffsets)
        {
            Coordinator.Follow();
        }
    }

    /// <summary>
    /// The news may be old, and the replica one again by now, whose answers count: it gives no more of them, and then
    /// the catalogue is asked.
    /// </summary>
    private void RemoveOrReturn(SimReplica replica, Guid topicId, int index)
    {
        replica.Close();
        TopicDocument? now = null;
        _cluster.Catalogue.Call(
            this,
            () =>
            {
                now = _cluster.Catalogue.Find(topicId);
                return true;
            },
            end =>
            {
                if (end != CallEnd.Done)
                {
                    After(TryAgainUs, () => RemoveOrReturn(replica, topicId, index));
                }
                else if (_replicas.GetValueOrDefault((topicId, index)) == replica)
                {
                    _replicas.Remove((topicId, index));
                    if (now is null || !now.Partitions[index].Replicas.Contains(Id))
                    {
                        replica.Remove();
                        return;
                    }

                    Say($"{replica.Name} is a replica again");
                    replica.Vanish();
                    if (_topics.TryGetValue(now.Name, out var known) && known.Id == topicId)
                    {
                        Adopt(known.Version > now.Version ? known : now, index);
                        Adopt(now);
                        Coordinator.Follow();
                    }
                }
            });
    }

    public LogConfig ConfigOf(TopicDocument topic) => _cluster.Scenario.ConfigOf(topic);

    private void Adopt(TopicDocument topic, int index)
    {
        var isMine = topic.Partitions[index].Replicas.Contains(Id);
        if (_replicas.TryGetValue((topic.Id, index), out var replica))
        {
            if (isMine)
            {
                replica.Adopt(topic);
            }
            else if (!replica.IsClosing)
            {
                RemoveOrReturn(replica, topic.Id, index);
            }
        }
        else if (isMine)
        {
            var opened = new SimReplica(this, topic, index);
            _replicas.Add((topic.Id, index), opened);
            opened.Open();
        }
    }

    private void Forget(Guid topicId)
    {
        foreach (var topic in _topics.Values.Where(topic => topic.Id == topicId).ToArray())
        {
            _topics.Remove(topic.Name);
            for (var index = 0; index < topic.Partitions.Length; index++)
            {
                if (_replicas.Remove((topicId, index), out var replica))
                {
                    replica.Remove();
                }
            }
        }
    }

    private void BrokersChanged()
    {
        _view = null;
        foreach (var replica in _replicas.Values)
        {
            replica.Post(replica.BrokersChanged);
        }
    }

    private void RunOrHold(int life, Action action)
    {
        if (life != _life)
        {
            return;
        }

        if (IsPaused)
        {
            _held.Add(() =>
            {
                if (life == _life)
                {
                    action();
                }
            });
            return;
        }

        action();
    }

    private void End()
    {
        _life++;
        (IsRunning, IsPaused, IsMember, IsDraining) = (false, false, false, false);
        _directory = null;
        _heardUpTo = -1;
        _held.Clear();
        _topics.Clear();
        _registered.Clear();
        _replicas.Clear();
        Live = Live.Clear();
        _view = null;
        Epoch = 0;
        _controller.Forget();
        Coordinator.Forget();
    }
}
