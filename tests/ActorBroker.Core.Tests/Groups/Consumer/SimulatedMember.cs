using ActorBroker.Core.Tests.Groups.Simulation;

namespace ActorBroker.Core.Tests.Groups.Consumer;

/// <summary>A member's process, whatever it speaks: it may crash, pause and come back, and owns partitions.</summary>
internal abstract class SimulatedMember(GroupWorld world, string name)
{
    // Everything that was begun before a crash is void.
    private int _incarnation;
    private long _pausedUntilMs;
    private HashSet<(Guid Topic, int Partition)> _owned = [];

    public string Name => name;

    public string MemberId { get; protected set; } = "";

    public bool IsRunning { get; private set; }

    /// <summary>What it was told to own and has not given up.</summary>
    public IReadOnlySet<(Guid Topic, int Partition)> Owned => _owned;

    /// <summary>Called when <see cref="Owned"/> changes.</summary>
    public Action? OnOwnedChanged { get; init; }

    /// <summary>The errors that it got since the faults were over.</summary>
    public int LateErrors { get; protected set; }

    protected GroupWorld World => world;

    protected Wire Wire { get; } = new(world, name);

    public void Start()
    {
        if (!IsRunning)
        {
            world.Say($"{name} starts");
            IsRunning = true;
            Begin();
        }
    }

    public void Crash()
    {
        world.Say($"{name} crashes");
        Stop();
    }

    public abstract void Leave();

    public void Pause(int ms)
    {
        world.Say($"{name} pauses for {ms} ms");
        _pausedUntilMs = world.NowMs + ms;
    }

    protected abstract void Begin();

    protected void Stop()
    {
        IsRunning = false;
        Wire.Break();
        Forget();
        Own([]);
    }

    /// <summary>What was begun is void.</summary>
    protected void Forget() => _incarnation++;

    protected void Own(IEnumerable<(Guid Topic, int Partition)> partitions)
    {
        var owned = partitions.ToHashSet();
        if (!owned.SetEquals(_owned))
        {
            _owned = owned;
            OnOwnedChanged?.Invoke();
        }
    }

    protected void Later(int delayMs, Action action) => world.After(delayMs, Guard(action));

    protected Action Guard(Action action)
    {
        var guarded = Guard<bool>(_ => action());
        return () => guarded(true);
    }

    /// <summary>Runs when the process does, unless it has crashed or begun anew in between.</summary>
    protected Action<T> Guard<T>(Action<T> action)
    {
        var incarnation = _incarnation;
        return Run;

        void Run(T result)
        {
            if (incarnation == _incarnation && _pausedUntilMs > world.NowMs)
            {
                world.After(_pausedUntilMs - world.NowMs, () => Run(result));
            }
            else if (incarnation == _incarnation)
            {
                action(result);
            }
        }
    }
}
