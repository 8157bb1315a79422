// A simulated world around one coordinator: a clock, a queue of events in their order, a network that delays, repeats
// and loses messages, and a seed that all chance comes from. Members of either protocol live in it.
//
// Fault budget: any request and any answer may be delayed, lost, or (a request) repeated; any member may crash, pause
// past its session, or come back; the coordinator may restart or fail an append between any two events. A connection
// ends with the coordinator that it was made to: what was on its way then never arrives.
using ActorBroker.Core.Groups;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>One seeded run.</summary>
internal sealed class GroupWorld
{
    private readonly PriorityQueue<Action, (long AtMs, long Order)> _events = new();
    private long _order;

    public GroupWorld(int seed, GroupSettings settings, IGroupTopics topics)
    {
        Random = new Random(seed);
        Trace = new Trace(seed);
        Coordinator = new SimulatedCoordinator(settings, topics);
    }

    public Random Random { get; }

    public Trace Trace { get; }

    public SimulatedCoordinator Coordinator { get; }

    public long NowMs => Coordinator.NowMs;

    /// <summary>While true the network misbehaves.</summary>
    public bool HasFaults { get; set; } = true;

    /// <summary>Checked after every event.</summary>
    public Action? Check { get; set; }

    public void Say(string what) => Trace.Add(NowMs, what);

    private long NextMs => Math.Min(
        Coordinator.Machine.NextDeadlineMs, _events.TryPeek(out _, out var at) ? at.AtMs : long.MaxValue);

    public bool Chance(double probability) => Random.NextDouble() < probability;

    public void After(long delayMs, Action action) => _events.Enqueue(action, (NowMs + delayMs, _order++));

    /// <summary>Runs what happens until then.</summary>
    public void RunFor(long ms)
    {
        var endMs = NowMs + ms;
        while (NextMs is var nextMs && nextMs <= endMs)
        {
            // What the coordinator does by itself comes first: it may send answers that arrive before the next event.
            Coordinator.AdvanceTo(nextMs);
            if (_events.TryPeek(out _, out var at) && at.AtMs <= nextMs)
            {
                _events.Dequeue()();
            }

            Check?.Invoke();
        }

        Coordinator.AdvanceTo(endMs);
        Check?.Invoke();
    }

    /// <summary>
    /// Sends a request over the network. The sender gets the answer, or learns after a while that there is none.
    /// </summary>
    /// <param name="what">For the trace.</param>
    /// <param name="patienceMs">How long the sender waits.</param>
    /// <param name="ask">The request.</param>
    /// <param name="onAnswer">The answer; not called after <paramref name="onLost"/>.</param>
    /// <param name="onLost">There won't be one.</param>
    /// <param name="onReleased">What the coordinator says, whether it arrives or not.</param>
    public void Send<T>(
        string what,
        long patienceMs,
        Action<GroupCoordinatorMachine, GroupTurn, Reply<T>> ask,
        Action<T> onAnswer,
        Action onLost,
        Action<T>? onReleased = null)
    {
        var life = Coordinator.Life;
        var isOver = false;
        After(patienceMs, () => Lose("no answer"));
        if (HasFaults && Chance(0.03))
        {
            Say($"{what}: lost");
            return;
        }

        After(Latency(), () => Arrive(first: true));
        if (HasFaults && Chance(0.05))
        {
            After(Random.Next(2_000), () => Arrive(first: false));
        }

        void Arrive(bool first)
        {
            if (life != Coordinator.Life)
            {
                Lose("connection broken");
                return;
            }

            Say(first ? what : $"{what} (again)");
            Coordinator.Ask(what, ask, result => Answer(result, first), () => Lose("gone"));
        }

        void Answer(T result, bool first)
        {
            onReleased?.Invoke(result);
            if (!first)
            {
                return;
            }

            if (HasFaults && Chance(0.03))
            {
                Say($"{what}: answer lost");
                return;
            }

            After(Latency(), () =>
            {
                if (!isOver)
                {
                    isOver = true;
                    onAnswer(result);
                }
            });
        }

        void Lose(string why)
        {
            if (!isOver)
            {
                isOver = true;
                Say($"{what}: {why}");
                onLost();
            }
        }
    }

    /// <summary>Every question is answered in time.</summary>
    public void RequireAnswersWithin(long ms)
    {
        foreach (var asked in Coordinator.Open)
        {
            Trace.Require(NowMs - asked.SinceMs <= ms, $"nobody answered in {ms} ms: {asked.What}");
        }
    }

    private int Latency() => HasFaults && Chance(0.1) ? Random.Next(1_500) : Random.Next(1, 5);
}
