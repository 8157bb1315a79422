using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Replication;

namespace ActorBroker.Core.Tests.Replication;

/// <summary>
/// One partition of a cluster of four brokers, in memory: the machines, a catalogue that each broker sees late, a
/// network that loses, repeats and reorders, brokers that stop, crash, lose what they had not synced, or stand still.
/// One random choice after the other; invariants are checked as things happen.
/// </summary>
/// <remarks>
/// The fault budget: while a replica that has lost records is not back in sync, at most min.insync.replicas - 1 of the
/// replicas that stopped uncleanly are out. Without losses any number may stop uncleanly.
/// </remarks>
internal sealed partial class ClusterModel
{
    private const int LagMaxMs = 150;

    private readonly Random _random;
    private readonly int _minInSync;
    private readonly Node[] _nodes;
    private readonly Dictionary<int, BrokerRegistration> _registrations = [];
    private readonly Dictionary<int, long> _live = [];
    private readonly List<(long Version, PartitionState State)> _catalogue = [];
    private readonly List<Action> _pending = [];
    private readonly List<Message> _network = [];
    private readonly HashSet<int> _unclean = [];
    private readonly HashSet<int> _lossy = [];
    private long _brokerEpochs = 100;
    private long _nextId = 1;
    private long _nowMs;
    private bool _healed;

    public ClusterModel(int seed, int minInSync)
    {
        _random = new Random(seed);
        _minInSync = minInSync;
        _nodes = [.. Enumerable.Range(1, 4).Select(id => new Node(id))];
        foreach (var node in _nodes)
        {
            node.Epoch = ++_brokerEpochs;
            Register(node, isDraining: false);
            _live[node.Id] = node.Epoch;
        }

        _catalogue.Add((1, PartitionStates.Create([1, 2, 3], Now)));
        foreach (var node in _nodes)
        {
            node.Phase = Phase.Running;
            node.View = Now;
            Learn(node, 0);
        }
    }

    private enum Phase
    {
        Down,
        Adopting,
        Running,
        Paused,
    }

    /// <summary>What has happened, in words.</summary>
    public List<string> Trace { get; } = [];

    public int Committed => _committed.Count;

    private (long Version, PartitionState State) Truth => _catalogue[^1];

    private ClusterView Now => new(_registrations.Values, _live);

    private ElectionSettings Settings => new(_minInSync);

    /// <summary>Something happens.</summary>
    public void Step()
    {
        _nowMs += _random.Next(5);
        var node = _nodes[_random.Next(_nodes.Length)];
        if (node.Phase == Phase.Running)
        {
            StepOf(node);
        }
        else if (_random.Next(12) == 0)
        {
            Return(node);
        }

        for (var turn = 0; turn < 2; turn++)
        {
            if (_network.Count > 0)
            {
                Deliver(_random.Next(_network.Count));
            }
        }

        if (_pending.Count > 0 && _random.Next(2) == 0)
        {
            RunPending(_random.Next(_pending.Count));
        }

        // A session runs out some time after its broker is gone.
        if (_random.Next(10) == 0 &&
            _live.Keys.FirstOrDefault(id => _nodes[id - 1].Phase != Phase.Running) is > 0 and var lost)
        {
            _live.Remove(lost);
        }
    }

    /// <summary>All faults stop. After a while everybody has everything, and new records are committed.</summary>
    public void Heal()
    {
        _healed = true;
        for (var round = 0; round < 300; round++)
        {
            _nowMs += 20;
            foreach (var node in _nodes)
            {
                if (node.Phase != Phase.Running)
                {
                    Return(node);
                    continue;
                }

                node.View = Now;
                node.Leader?.BrokersChanged(node.View, _nowMs);
                Learn(node, _catalogue.Count - 1);
                Supervise(node);
                Propose(node);
                SendAll(node);
            }

            while (_network.Count > 0 || _pending.Count > 0)
            {
                if (_network.Count > 0)
                {
                    Deliver(0);
                }

                if (_pending.Count > 0)
                {
                    RunPending(0);
                }
            }

            if (round == 200)
            {
                Assert.True(Truth.State.Leader > 0, $"nobody leads: {Show(Truth.State)}");
                Produce(_nodes[Truth.State.Leader - 1], acks: -1);
            }
        }

        CheckHealed();
    }

    private void StepOf(Node node)
    {
        switch (_random.Next(40))
        {
            case < 6:
                Produce(node, acks: (short)(_random.Next(3) == 0 ? 1 : -1));
                break;
            case < 20:
                Send(node, _random.Next(1, 5), withNews: _random.Next(3) == 0);
                break;
            case < 25:
                Learn(node, _random.Next(2) == 0 ? _catalogue.Count - 1 : node.Feed + 1);
                break;
            case < 28:
                node.View = Now;
                node.Leader?.BrokersChanged(node.View, _nowMs);
                break;
            case < 31:
                Propose(node);
                break;
            case < 34:
                Supervise(node);
                break;
            case 34:
                node.Log.Sync();
                break;
            case 35:
                Compact(node);
                break;
            case 36 when _random.Next(4) == 0:
                Administer(node);
                break;
            case 37 when node.Leader is { } leader && _random.Next(6) == 0:
                node.Log.AdvanceStart(_random.NextInt64(node.Log.LogStartOffset, leader.HighWatermark + 1));
                _deletedBelow = Math.Max(_deletedBelow, node.Log.LogStartOffset);
                break;
            case 38 when _random.Next(4) == 0:
                Stop(node);
                break;
        }
    }

    private void Produce(Node node, short acks)
    {
        if (node.Leader is not { } leader)
        {
            return;
        }

        var count = _random.Next(1, 4);
        var decision = leader.Accept(ProducerBatches.Plain(count), acks, _nowMs);
        if (decision.Kind == AppendKind.Accepted)
        {
            var batch = ProducerBatches.Plain(count) with
            {
                BaseOffset = decision.BaseOffset,
                PartitionLeaderEpoch = leader.LeaderEpoch,
                BaseTimestamp = _nextId++,
            };
            Store(node, in batch);
            leader.Written(decision.EndOffset);
            CheckLeader(node);
        }
    }

    /// <summary>An administrator moves the partition, or wants the preferred leader.</summary>
    private void Administer(Node node)
    {
        var state = node.State;
        var change = _random.Next(4) switch
        {
            0 => state.Elect(ElectionKind.Preferred, node.View, Settings),
            1 => state.CancelReassignment(node.View, _minInSync),
            _ => state.Reassign(
                [.. Enumerable.Range(1, 4).OrderBy(_ => _random.Next()).Take(3)], node.View, _minInSync),
        };
        if (change.State is { } next)
        {
            CompareAndSet(node.Version, next);
        }
    }

    /// <summary>What is dropped has been superseded by something later that is committed, too.</summary>
    private void Compact(Node node)
    {
        var highWatermark = node.Leader?.HighWatermark ?? node.Follower?.HighWatermark ?? 0;
        var index = node.Log.Batches.Count < 3 ? -1 : _random.Next(node.Log.Batches.Count - 1);
        if (index >= 0 && node.Log.Batches[index + 1].NextOffset <= highWatermark)
        {
            _dropped.Add(node.Log.Batches[index].BaseOffset);
            node.Log.Drop(index);
        }
    }

    private void Supervise(Node node)
    {
        var version = node.Version;
        if (node.State.Supervise(node.View, Settings) is { } next && !ReferenceEquals(next, node.State))
        {
            CompareAndSet(version, next);
        }
    }

    private void CompareAndSet(long version, PartitionState next) => _pending.Add(() =>
    {
        if (Truth.Version == version)
        {
            Record(next);
        }
    });

    /// <summary>The leader's proposal, and some time later what came of it.</summary>
    private void Propose(Node node)
    {
        if (node.Leader is not { } leader || leader.WantedInSync(_nowMs, LagMaxMs, node.View) is not { } wanted)
        {
            return;
        }

        var from = leader.State;
        leader.Propose(wanted);
        _pending.Add(() =>
        {
            if (Truth.State.Equals(from))
            {
                Record(wanted);
            }

            var (version, state) = Truth;
            _pending.Add(() =>
            {
                if (node.Leader == leader && state.LeaderEpoch == leader.LeaderEpoch)
                {
                    leader.ProposalEnded(version, state, _nowMs);
                    CheckLeader(node);
                }
            });
        });
    }

    private void RunPending(int index)
    {
        var action = _pending[index];
        _pending.RemoveAt(index);
        action();
    }

    private void Record(PartitionState state)
    {
        _catalogue.Add((Truth.Version + 1, state));
        Trace.Add($"{Truth.Version}: {Show(state)}");
        CheckRecorded(_catalogue[^2].State, state);
    }

    private void Stop(Node node)
    {
        var choice = _random.Next(4);
        if (choice == 0)
        {
            node.Phase = Phase.Paused;
            return;
        }

        if (choice == 1 && IsWithinBudget(node))
        {
            node.Log.LoseUnsynced();
            _lossy.Add(node.Id);
            _unclean.Add(node.Id);
        }
        else if (choice <= 2 && MayStopUncleanly(node))
        {
            _unclean.Add(node.Id);
        }
        else
        {
            node.Log.Sync();
            node.IsClean = true;
            _live.Remove(node.Id);
        }

        var how = node.IsClean ? "cleanly" : _lossy.Contains(node.Id) ? "and loses records" : "uncleanly";
        Trace.Add($"{node.Id} stops {how}");
        node.HighWatermark = node.IsClean ? node.CurrentHighWatermark : 0;
        node.Leader = null;
        node.Follower = null;
        node.Phase = Phase.Down;
    }

    private bool IsWithinBudget(Node node) =>
        _unclean.Count + (_unclean.Contains(node.Id) ? 0 : 1) <= _minInSync - 1;

    private bool MayStopUncleanly(Node node) => _lossy.Count == 0 || IsWithinBudget(node);

    /// <summary>A step on the way back.</summary>
    private void Return(Node node)
    {
        if (node.Phase == Phase.Paused)
        {
            node.Phase = Phase.Running;
            _live[node.Id] = node.Epoch;
        }
        else if (node.Phase == Phase.Down ||
            (!_healed && _random.Next(10) == 0 && (_unclean.Contains(node.Id) || MayStopUncleanly(node))))
        {
            // It starts, perhaps once more: the first start has not come to its end, and left no clean stop.
            if (node.Phase == Phase.Adopting)
            {
                _unclean.Add(node.Id);
            }

            node.CleanEpoch = node.IsClean ? node.Epoch : null;
            node.IsClean = false;
            node.Epoch = ++_brokerEpochs;
            Register(node, isDraining: false);
            node.Phase = Phase.Adopting;
        }
        else
        {
            Adopt(node);
        }
    }

    private void Adopt(Node node)
    {
        var (version, state) = Truth;
        var adopted = state.Adopt(node.Id, node.CleanEpoch, Now, _minInSync);
        var epoch = node.Epoch;
        _pending.Add(() =>
        {
            if (node.Epoch != epoch || node.Phase != Phase.Adopting || Truth.Version != version)
            {
                return;
            }

            if (!ReferenceEquals(adopted, state))
            {
                Record(adopted);
            }

            node.Phase = Phase.Running;
            node.Feed = -1;
            node.View = Now;
            _live[node.Id] = node.Epoch;
            Learn(node, _catalogue.Count - 1);
        });
    }

    private void Register(Node node, bool isDraining) => _registrations[node.Id] = new BrokerRegistration(
        node.Id, node.Epoch, Version: 1, Rack: null, Endpoints: [], ReplicaEndpoint: null, isDraining);

    private sealed class Node(int id)
    {
        public int Id { get; } = id;

        public MemoryLog Log { get; set; } = new();

        public LeaderMachine? Leader { get; set; }

        public FollowerMachine? Follower { get; set; }

        public Phase Phase { get; set; }

        public long Epoch { get; set; }

        public long? CleanEpoch { get; set; }

        public bool IsClean { get; set; }

        /// <summary>The last entry of the catalogue's history that it has applied.</summary>
        public int Feed { get; set; } = -1;

        public long Version { get; set; }

        public PartitionState State { get; set; } = null!;

        public ClusterView View { get; set; } = null!;

        public long HighWatermark { get; set; }

        public long CurrentHighWatermark =>
            Leader?.HighWatermark ?? Follower?.HighWatermark ?? Math.Max(HighWatermark, Log.LogStartOffset);
    }

    private sealed record Message(
        Node From, LeaderMachine Leader, AppendPlan Plan, int Bytes, Node To, ReplicaAppend Append)
    {
        public ReplicaAppendResult? Answer { get; init; }

        /// <summary>It arrives once more; nobody waits for the answer.</summary>
        public bool IsRepeat { get; init; }
    }
}
