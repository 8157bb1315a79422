namespace ActorBroker.Simulation;

/// <summary>
/// One seeded run: a clock, a queue of events in the order of their time, chance, and a trace. There are no threads,
/// tasks or timers: whatever happens is an event of this queue.
/// </summary>
internal sealed class World
{
    private readonly PriorityQueue<Action, (long AtUs, long Order)> _events = new();
    private long _order;
    private int _stepsNow;

    public World(ulong seed, Canary canary, Action<string>? listener)
    {
        Seed = seed;
        Canary = canary;
        Random = new Rng(seed);
        Trace = new Trace(listener);
        Time = new SimTime(this);
    }

    public ulong Seed { get; }

    /// <summary>The planted bug, if any.</summary>
    public Canary Canary { get; }

    public Rng Random { get; }

    public Trace Trace { get; }

    public TimeProvider Time { get; }

    public long NowUs { get; private set; }

    public long NowMs => NowUs / 1000;

    /// <summary>Events so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Faults may begin; false once the run heals.</summary>
    public bool HasFaults { get; set; } = true;

    /// <summary>Called after each event.</summary>
    public Action? AfterStep { get; set; }

    public void After(long delayUs, Action action) =>
        _events.Enqueue(action, (NowUs + Math.Max(0, delayUs), _order++));

    public void Say(int broker, int partition, string what) => Trace.Add(NowUs, broker, partition, what);

    /// <summary>Runs what happens until then.</summary>
    public void RunUntil(long endUs)
    {
        while (_events.TryPeek(out var action, out var at) && at.AtUs <= endUs)
        {
            _events.Dequeue();
            _stepsNow = at.AtUs == NowUs ? _stepsNow + 1 : 0;
            if (_stepsNow > 10_000)
            {
                throw new SimulationFailure(
                    this, Trace.Everybody, $"time stands still in {action.Method.DeclaringType}");
            }

            NowUs = at.AtUs;
            Steps++;
            action();
            AfterStep?.Invoke();
        }

        NowUs = endUs;
    }
}
