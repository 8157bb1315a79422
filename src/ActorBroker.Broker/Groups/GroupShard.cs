// The shell around one GroupCoordinatorMachine: one partition of __consumer_offsets that this broker leads. A turn lets
// the machine answer every waiting request, appends what was decided as one batch (or a few), and goes on with the next
// turn while the batch is on its way; replies go out in order, as batches are committed.
//
//   idle --- Start -----------------------------------> loading
//   loading --- the log is read ----------------------> serving
//   loading --- it can't be read just now ------------> resting
//   serving --- an append fails, the machine breaks,
//               the log was opened anew --------------> draining: everybody is told, appends under way come back
//   draining --- the last append came back -----------> resting
//   resting --- its time is over ---------------------> loading
//   any --- End: another leads, the topic is gone,
//           the broker stops -------------------------> ending: what is decided is still stored --- done ---> ended
//
// Nothing is rolled back: a machine whose decision could not be stored is dropped, and the log is read again. Appends
// carry the incarnation of the log that was read, so what a dropped machine decided can't be stored behind its back.
using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Partitions;
using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>The coordinator of the groups that hash to one partition.</summary>
internal sealed partial class GroupShard : Mailbox<GroupItem>, IDisposable
{
    /// <summary>Requests that may wait; more are answered COORDINATOR_NOT_AVAILABLE at once.</summary>
    public const int WaitingMax = 16_384;

    private const int TurnItems = 4096;
    private const long FirstRestMs = 100;
    private const long LastRestMs = 10_000;

    private readonly GroupShardContext _context;
    private readonly AlarmClock<GroupItem> _alarm;
    private readonly LogWatcher _watcher;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GroupCoordinatorMachine? _machine;
    private GroupTopicView _topics = GroupTopicView.None;
    private GroupTurn? _turn;
    private volatile Phase _phase = Phase.Idle;
    private ErrorCode _endError = ErrorCode.NotCoordinator;
    private long _incarnation;
    private long _restMs = FirstRestMs;
    private long _restUntilMs;
    private bool _isFailing;

    public GroupShard(Partition partition, GroupShardContext context)
        : base(WaitingMax, TurnItems, long.MaxValue)
    {
        Partition = partition;
        _context = context;
        var rung = new GroupCommand(static shard => shard.OnAlarm());
        _alarm = new AlarmClock<GroupItem>(this, rung, context.Time, context.Clock);
        _watcher = new LogWatcher(this);
        _current = new GroupGather();
    }

    private enum Phase
    {
        Idle,
        Loading,
        Serving,
        Draining,
        Resting,
        Ending,
        Ended,
    }

    /// <summary>The partition that keeps the groups.</summary>
    public Partition Partition { get; }

    /// <summary>No more requests are taken; any thread.</summary>
    public bool IsEnding => _phase is Phase.Ending or Phase.Ended;

    /// <summary>Begins to read the log.</summary>
    public void Start() => PostControl(new GroupCommand(static shard =>
    {
        if (shard._phase == Phase.Idle)
        {
            shard.Partition.AddWatcher(shard._watcher);
            shard.StartLoading();
        }
    }));

    /// <summary>
    /// Takes no more requests and answers whoever is parked; the task ends when all that was decided is stored, or
    /// known not to be.
    /// </summary>
    public Task EndAsync(ErrorCode error)
    {
        PostControl(new GroupCommand(shard => shard.End(error)));
        return _ended.Task;
    }

    /// <summary>Topics came, grew or went.</summary>
    public void ChangeTopics() => PostControl(new GroupCommand(static shard => shard.AdoptTopics()));

    /// <summary>Lets offsets go whose time is over.</summary>
    public void ExpireOffsets() => PostControl(new GroupCommand(static shard => shard.Expire()));

    /// <summary>Lets the machine answer, if there is one.</summary>
    public void Serve(GroupRequest request)
    {
        if (_machine is not { } machine)
        {
            request.Refuse(_phase switch
            {
                Phase.Loading or Phase.Idle => ErrorCode.CoordinatorLoadInProgress,
                Phase.Ending or Phase.Ended => _endError,
                _ => ErrorCode.CoordinatorNotAvailable,
            });
            return;
        }

        if (_unreleased >= WaitingMax)
        {
            request.Refuse(ErrorCode.CoordinatorNotAvailable);
            return;
        }

        try
        {
            request.Ask(machine, _turn!);
            if (!request.IsAnswered)
            {
                _parked.Add(request);
            }

            Collect();
        }
        catch
        {
            request.Refuse(ErrorCode.UnknownServerError);
            throw;
        }
    }

    /// <summary>The log is read, or not.</summary>
    public void OnLoaded(GroupLoad load)
    {
        if (_phase != Phase.Loading)
        {
            return;
        }

        if (load.Failure is { } failure)
        {
            if (!_isFailing)
            {
                _isFailing = true;
                GroupLogs.LoadFailed(_context.Logger, Partition.Name, failure);
            }

            Rest();
            return;
        }

        if (load.Machine is not { } machine)
        {
            // A new leadership's followers are heard from within moments, or while this load was under way.
            _restMs = _isFailing ? _restMs : FirstRestMs;
            Rest();
            return;
        }

        // From here on the watcher tells of a log that is opened anew; what it kept to itself before shows now.
        Volatile.Write(ref _incarnation, load.Incarnation);
        _phase = Phase.Serving;
        Interlocked.MemoryBarrier();
        if (HasLost())
        {
            StartLoading();
            return;
        }

        load.Report();
        _context.Meters.Load();
        _restMs = _isFailing ? _restMs : FirstRestMs;
        _hasFailed = false;
        var before = _topics;
        _topics = _context.Topics;
        Volatile.Write(ref _machine, machine);
        machine.Begin(_turn!, _topics, before);
        Collect();
    }

    /// <summary>Gives the buffers back; called by the shard's last turns.</summary>
    public void Dispose()
    {
        _alarm.Dispose();
        _current.Dispose();
        while (_spare.TryPop(out var spare))
        {
            spare.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void OnTurn(ReadOnlySpan<GroupItem> items)
    {
        _turn = new GroupTurn(_context.Now);
        (_recordsTaken, _repliesTaken) = (0, 0);
        Guarded(static (shard, _) => shard.AdoptTopics(), null);
        foreach (var item in items)
        {
            Guarded(static (shard, item) => item!.Run(shard), item);
        }

        Guarded(static (shard, _) => shard.EndTurn(), null);
        ArmAlarm();
        _turn = null;
    }

    /// <summary>The crash boundary: whatever breaks, the machine is dropped and the log read again.</summary>
    private void Guarded(Action<GroupShard, GroupItem?> step, GroupItem? item)
    {
        try
        {
            step(this, item);
        }
#pragma warning disable CA1031 // The crash boundary.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            GroupLogs.Crashed(_context.Logger, Partition.Name, failure);
            Drop(ErrorCode.CoordinatorNotAvailable);
        }
    }

    private void EndTurn()
    {
        if (_machine is { } machine)
        {
            machine.EndTurn(_turn!);
            Collect();
        }

        Dispatch();
    }

    /// <summary>
    /// The machine is never behind whoever checked a request against the topics before it was posted.
    /// </summary>
    private void AdoptTopics()
    {
        var topics = _context.Topics;
        if (_machine is { } machine && !ReferenceEquals(topics, _topics))
        {
            _topics = topics;
            machine.ChangeTopics(_turn!, topics);
            Collect();
        }
    }

    private void Expire()
    {
        if (_machine is { } machine)
        {
            var count = machine.ExpireOffsets(_turn!);
            Collect();
            if (count > 0)
            {
                _context.Meters.Expire(count);
                GroupLogs.Expired(_context.Logger, Partition.Name, count);
            }
        }
    }

    private void StartLoading()
    {
        _phase = Phase.Loading;
        if (ReferenceEquals(_topics, GroupTopicView.None))
        {
            // What happens to topics while the log is read must not go unnoticed.
            _topics = _context.Topics;
        }

        var load = new GroupLoad(this, _context);
        if (Partition.IsLeader && Partition.LogStartOffset == Partition.LogEndOffset)
        {
            // Nothing to read needs no thread, and nobody has to ask twice.
            load.Read();
            OnLoaded(load);
        }
        else if (!_context.Loaders.TryPost(load))
        {
            End(ErrorCode.NotCoordinator);
        }
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

    /// <summary>
    /// Somebody else leads, or the log is another one: nobody is to be told what this machine believes. Any thread.
    /// </summary>
    private bool HasLost() => !Partition.IsLeader || Partition.Incarnation != Volatile.Read(ref _incarnation);

    /// <summary>Forgets the machine and tells everybody who waits; what is stored counts.</summary>
    private void Drop(ErrorCode error)
    {
        if (_machine is null)
        {
            return;
        }

        _context.Meters.Fail();
        Volatile.Write(ref _machine, null);
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
        _restUntilMs = _context.Clock.NowMs + _restMs;
        _restMs = Math.Min(_restMs * 2, LastRestMs);
    }

    private void End(ErrorCode error)
    {
        if (IsEnding)
        {
            return;
        }

        Partition.RemoveWatcher(_watcher);
        _endError = error;
        if (_machine is { } machine)
        {
            // Whoever is parked is told by the machine, behind what was decided before.
            machine.End(_turn!, error);
            Collect();
            Volatile.Write(ref _machine, null);
            GroupLogs.Ended(_context.Logger, Partition.Name);
        }

        _phase = Phase.Ending;
    }

    /// <summary>Deadlines of groups, or the end of a rest.</summary>
    private void OnAlarm()
    {
        _alarm.Rung();
        if (_phase == Phase.Resting && _context.Clock.NowMs >= _restUntilMs)
        {
            StartLoading();
        }
        else if (_machine is { } machine)
        {
            machine.OnTimer(_turn!);
            Collect();
        }
    }

    private void ArmAlarm()
    {
        var dueMs = _phase == Phase.Resting ? _restUntilMs : _machine?.NextDeadlineMs ?? long.MaxValue;
        if (_phase == Phase.Ended)
        {
            Dispose();
        }
        else
        {
            _alarm.Arm(dueMs);
        }
    }

    /// <summary>Hears of every change of the partition, and passes on those that concern the shard.</summary>
    private sealed class LogWatcher(GroupShard shard) : FetchWatcher
    {
        private int _posted;

        public override void Signal()
        {
            var phase = shard._phase;
            var concerns = phase == Phase.Resting || (phase == Phase.Serving && shard.HasLost());
            if (concerns && Interlocked.CompareExchange(ref _posted, 1, 0) == 0)
            {
                shard.PostControl(new GroupCommand(_ =>
                {
                    Volatile.Write(ref _posted, 0);
                    shard.OnLogChanged();
                }));
            }
        }
    }
}
