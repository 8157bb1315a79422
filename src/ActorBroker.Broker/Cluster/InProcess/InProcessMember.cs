using System.Collections.Immutable;

namespace ActorBroker.Broker.Cluster.InProcess;

/// <summary>One broker's side of the list of who lives.</summary>
internal sealed class InProcessMember(InProcessCluster cluster, int brokerId, PowerSwitch power) : IMembership
{
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<int, long>? _frozen;
    private TaskCompletionSource? _paused;

    public event Action? Changed;

    public PowerSwitch Power => power;

    /// <summary>Until its ports are disposed.</summary>
    public bool IsRunning { get; private set; } = true;

    /// <summary>The epoch that it has joined in; null before, and after it has left.</summary>
    public long? Epoch { get; private set; }

    public bool IsPaused => Volatile.Read(ref _paused) is not null;

    /// <summary>As it was when the broker was paused, while it is.</summary>
    public ImmutableSortedDictionary<int, long> Live => Volatile.Read(ref _frozen) ?? cluster.Live;

    /// <summary>Called when the broker has been paused and goes on.</summary>
    public event Action? Resumed;

    public Task JoinAsync(int id, long brokerEpoch, CancellationToken cancel)
    {
        power.Check();
        Epoch = brokerEpoch;
        cluster.SetLive(brokerId, brokerEpoch);
        return Task.CompletedTask;
    }

    public Task LeaveAsync()
    {
        Epoch = null;
        cluster.SetLive(brokerId, null);
        return Task.CompletedTask;
    }

    /// <summary>Everybody hears of changes but those who are dead or paused.</summary>
    public void HearOfMembers()
    {
        if (!IsPaused && !power.IsCut)
        {
            Changed?.Invoke();
        }
    }

    public void Pause()
    {
        lock (_gate)
        {
            _frozen = cluster.Live;
            _paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Resume()
    {
        TaskCompletionSource? paused;
        lock (_gate)
        {
            (paused, _paused) = (_paused, null);
            _frozen = null;
        }

        paused?.TrySetResult();
        Resumed?.Invoke();
        HearOfMembers();
    }

    /// <summary>Holds the caller up while the broker is paused.</summary>
    /// <exception cref="IOException">The broker has crashed.</exception>
    public void Pass()
    {
        while (Volatile.Read(ref _paused) is { } paused)
        {
            paused.Task.GetAwaiter().GetResult();
        }

        power.Check();
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false);
        IsRunning = false;
    }
}
