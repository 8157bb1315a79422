// A coordinator as its shell runs it, without threads and disks: one turn per question, whose records go to a log in
// memory before its answers are released. The log can be replayed at any moment, into this coordinator (a restart, or
// an append that failed) or into another one beside it, to compare.
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Records;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>A machine with a clock and a log.</summary>
internal sealed class SimulatedCoordinator
{
    private const long UnixStartMs = 1_700_000_000_000;

    // Nobody lets more time pass at once than a few thousand deadlines fill.
    private const int TimerTurnsMax = 1_000_000;

    private readonly GroupSettings _settings;
    private readonly List<GroupRecord> _log = [];
    private readonly StoredLog _stored = new();
    private readonly HashSet<IAsked> _open = [];
    private IGroupTopics _topics;
    private int _ids;

    public SimulatedCoordinator(GroupSettings settings, IGroupTopics topics)
    {
        _settings = settings;
        _topics = topics;
        Machine = Replay();
        RunTurn(turn => Machine.Begin(turn, _topics));
    }

    public GroupCoordinatorMachine Machine { get; private set; }

    /// <summary>Monotonic milliseconds.</summary>
    public long NowMs { get; private set; }

    public long NowUnixMs => UnixStartMs + NowMs;

    /// <summary>How often the machine was replaced.</summary>
    public int Life { get; private set; }

    public IReadOnlyList<GroupRecord> Log => _log;

    /// <summary>Questions that are not answered yet.</summary>
    public IReadOnlyCollection<IAsked> Open => _open;

    /// <summary>The next append fails: what was decided then never happened.</summary>
    public bool FailsNextAppend { get; set; }

    /// <summary>A planted fault: this turn's records never reach the log, and nobody notices.</summary>
    public Func<bool>? LosesRecords { get; set; }

    /// <summary>Called with the records of a turn once they are stored, before its answers are released.</summary>
    public Action<IReadOnlyList<GroupRecord>>? OnStored { get; set; }

    /// <summary>Asks something, in a turn of its own.</summary>
    public Asked<T> Ask<T>(
        string what,
        Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask,
        Action<T>? onAnswer = null,
        Action? onLost = null)
    {
        var asked = new Asked<T>(what, NowMs, onAnswer, onLost);
        _open.Add(asked);
        RunTurn(turn => ask(Machine, turn, asked));
        return asked;
    }

    /// <summary>Lets time pass; deadlines on the way are met on time.</summary>
    public void AdvanceTo(long nowMs)
    {
        for (var turns = 0; Machine.NextDeadlineMs <= nowMs; turns++)
        {
            Assert.True(turns < TimerTurnsMax, "The coordinator's deadlines never end.");
            NowMs = Math.Max(NowMs, Machine.NextDeadlineMs);
            RunTurn(turn => Machine.OnTimer(turn));
        }

        NowMs = Math.Max(NowMs, nowMs);
    }

    /// <summary>The process dies and another one replays the log; open questions are never answered.</summary>
    public void Restart()
    {
        Life++;
        Machine = Replay(isCompacted: Life % 2 == 0);
        LoseOpen();
        RunTurn(turn => Machine.Begin(turn, _topics));
    }

    /// <summary>Topics came, grew or went.</summary>
    public void ChangeTopics(IGroupTopics topics)
    {
        _topics = topics;
        RunTurn(turn => Machine.ChangeTopics(turn, _topics));
    }

    /// <summary>Another coordinator that knows what the log knows.</summary>
    public GroupCoordinatorMachine Replay(bool isCompacted = false)
    {
        var machine = new GroupCoordinatorMachine(_settings, () => $"{++_ids:x8}");
        foreach (var record in _stored.Read(isCompacted))
        {
            machine.Apply(record);
        }

        return machine;
    }

    /// <summary>Asks a machine something that changes nothing.</summary>
    public T Peek<T>(GroupCoordinatorMachine machine, Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask)
    {
        var turn = new GroupTurn(new GroupTime(NowMs, NowUnixMs));
        var reply = new Reply<T>();
        ask(machine, turn, reply);
        Assert.Empty(turn.Records);
        return reply.Result;
    }

    private void RunTurn(Action<GroupTurn> work)
    {
        var turn = new GroupTurn(new GroupTime(NowMs, NowUnixMs));
        work(turn);
        Machine.EndTurn(turn);
        if (FailsNextAppend && turn.Records.Count > 0)
        {
            FailsNextAppend = false;
            Restart();
            return;
        }

        if (LosesRecords?.Invoke() is not true)
        {
            _log.AddRange(turn.Records);
            _stored.Append(turn.Records);
        }

        OnStored?.Invoke(turn.Records);
        foreach (var reply in turn.Replies)
        {
            // Those that open questions from now on do so in turns of their own.
            _open.Remove((IAsked)reply);
            reply.Release();
        }
    }

    private void LoseOpen()
    {
        var lost = _open.ToList();
        _open.Clear();
        lost.ForEach(static asked => asked.Lose());
    }
}
