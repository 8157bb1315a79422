using ActorBroker.Core.Groups;
using ActorBroker.Records;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Groups;

/// <summary>
/// The shell around one coordinator machine, step by step what the production shard does: it reads its partition's log
/// once all of it is committed, serves, appends what is decided, answers what is stored, and drops the machine and
/// reads again when something can't be stored.
/// </summary>
internal sealed partial class SimGroupShard
{
    private const int FirstRestMs = 100;
    private const int LastRestMs = 1_600;

    private readonly SimBroker _broker;
    private readonly World _world;
    private readonly Queue<Action> _mailbox = [];
    private GroupCoordinatorMachine? _machine;
    private GroupTurn? _turn;
    private Phase _phase = Phase.Idle;
    private long _incarnation;
    private int _leaderEpoch;
    private int _restMs = FirstRestMs;
    private long _restUntilMs;
    private bool _isFailing;
    private bool _turnIsDue;
    private bool _isSignalled;

    public SimGroupShard(SimBroker broker, SimReplica replica)
    {
        _broker = broker;
        _world = broker.Cluster.World;
        Replica = replica;
    }

    private enum Phase
    {
        Idle,
        Loading,
        Serving,
        Draining,
        Resting,
        Ending,
    }

    /// <summary>The replica that keeps the groups.</summary>
    public SimReplica Replica { get; }

    /// <summary>Begins to read the log.</summary>
    public void Start() => Post(() =>
    {
        if (_phase == Phase.Idle)
        {
            Replica.Watcher = this;
            StartLoading();
        }
    });

    /// <summary>Another leads: no more requests are taken; what is decided is still stored.</summary>
    public void End() => Post(() =>
    {
        if (Replica.Watcher == this)
        {
            Replica.Watcher = null;
        }

        if (_machine is { } machine)
        {
            machine.End(_turn!, ErrorCode.NotCoordinator);
            Collect();
            _machine = null;
        }

        _phase = Phase.Ending;
    });

    /// <summary>A client's request.</summary>
    public void Ask(GroupCall call) => Post(() => Serve(call));

    /// <summary>The replica has had a turn.</summary>
    public void Signal()
    {
        if (!_isSignalled && (_phase == Phase.Resting || (_phase == Phase.Serving && HasLost())))
        {
            _isSignalled = true;
            Post(() =>
            {
                _isSignalled = false;
                OnLogChanged();
            });
        }
    }

    private void Post(Action item)
    {
        _mailbox.Enqueue(item);
        if (!_turnIsDue)
        {
            _turnIsDue = true;
            _broker.After(_world.Random.Next(200), RunTurn);
        }
    }

    private void RunTurn()
    {
        _turnIsDue = false;
        _turn = new GroupTurn(new GroupTime(_world.NowMs, _world.Time.GetUtcNow().ToUnixTimeMilliseconds()));
        (_recordsTaken, _repliesTaken) = (0, 0);
        while (_mailbox.TryDequeue(out var item))
        {
            item();
        }

        if (_machine is { } machine)
        {
            machine.EndTurn(_turn);
            Collect();
        }

        Dispatch();
        _turn = null;
    }

    private void Serve(GroupCall call)
    {
        if (call.IsGivenUp)
        {
            return;
        }

        if (_machine is not { } machine)
        {
            call.Refuse(_phase switch
            {
                Phase.Loading or Phase.Idle => ErrorCode.CoordinatorLoadInProgress,
                Phase.Ending => ErrorCode.NotCoordinator,
                _ => ErrorCode.CoordinatorNotAvailable,
            });
            return;
        }

        call.Ask(machine, _turn!, _leaderEpoch);
        Collect();
    }

    private void StartLoading()
    {
        _phase = Phase.Loading;
        var load = new GroupLoad(_world, Replica);
        if (Replica.IsLeading && Replica.Log!.LogStartOffset == Replica.Log.LogEndOffset)
        {
            load.Begin();
            load.End();
            OnLoaded(load);
            return;
        }

        _broker.After(ReadingUs(), () =>
        {
            load.Begin();
            _broker.After(ReadingUs(), () =>
            {
                load.End();
                Post(() => OnLoaded(load));
            });
        });
    }

    private int ReadingUs() => _world.Random.Chance(0.1)
        ? _world.Random.Between(3_000, 60_000)
        : _world.Random.Between(50, 3_000);

    private void OnLoaded(GroupLoad load)
    {
        if (_phase != Phase.Loading)
        {
            return;
        }

        if (load.Machine is not { } machine)
        {
            _isFailing |= load.HasFailed;
            _restMs = _isFailing ? _restMs : FirstRestMs;
            Rest();
            return;
        }

        _incarnation = load.Incarnation;
        _phase = Phase.Serving;
        if (HasLost())
        {
            StartLoading();
            return;
        }

        _restMs = _isFailing ? _restMs : FirstRestMs;
        _hasFailed = false;
        _leaderEpoch = Replica.Leader!.LeaderEpoch;
        _machine = machine;
        machine.Begin(_turn!, CommittedTopics.All);
        Collect();
        Say($"coordinates {machine.GroupCount} groups in epoch {_leaderEpoch}");
    }

    /// <summary>The log was opened anew, or can be read again.</summary>
    private void OnLogChanged()
    {
        if (_machine is not null && HasLost())
        {
            Drop(ErrorCode.CoordinatorNotAvailable);
        }
        else if (_phase == Phase.Resting && !_isFailing)
        {
            StartLoading();
        }
    }

    /// <summary>Somebody else leads, or the log is another one.</summary>
    private bool HasLost() => !Replica.IsLeading || Replica.Incarnation != _incarnation;

    /// <summary>Forgets the machine and tells everybody who waits; what is stored counts.</summary>
    private void Drop(ErrorCode error)
    {
        if (_machine is null)
        {
            return;
        }

        Say($"drops its machine: {error}");
        _machine = null;
        FailAll(error);
        _phase = Phase.Draining;
        if (_inFlight.Count == 0)
        {
            Rest();
        }
    }

    private void Rest()
    {
        _phase = Phase.Resting;
        var untilMs = _restUntilMs = _world.NowMs + _restMs;
        _restMs = Math.Min(_restMs * 2, LastRestMs);
        _broker.After((untilMs - _world.NowMs) * 1000, () => Post(() =>
        {
            if (_phase == Phase.Resting && _restUntilMs == untilMs)
            {
                StartLoading();
            }
        }));
    }

    private void Say(string what) => Replica.SayAsCoordinator(what);
}
