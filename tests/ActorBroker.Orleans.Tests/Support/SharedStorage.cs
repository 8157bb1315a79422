using Orleans.Storage;

namespace ActorBroker.Orleans.Tests.Support;

/// <summary>A grain storage that outlives the silos of a test, with ETags as a database has them.</summary>
internal sealed class SharedStorage : IGrainStorage
{
    private readonly Dictionary<(string Name, GrainId Id), (object State, int ETag)> _states = [];
    private readonly Lock _gate = new();
    private readonly List<(GrainId Id, object State)> _written = [];
    private int _lastETag;
    private readonly Random _random = new(20_261_122);
    private TaskCompletionSource? _stuck;

    /// <summary>True: the storage is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>One write in so many is refused, as if somebody else had written; 0: none.</summary>
    public int RefuseOneIn { get; set; }

    /// <summary>One write in so many is done, and answered as if it had failed; 0: none.</summary>
    public int LoseAnswerOfOneIn { get; set; }

    /// <summary>Hears of each write that is done; it may make the storage stick.</summary>
    public Action<GrainId, object>? Wrote { get; set; }

    /// <summary>All that was written of a kind, in this order.</summary>
    public IReadOnlyList<(GrainId Id, T State)> WrittenOf<T>()
    {
        lock (_gate)
        {
            return [.. _written.Where(each => each.State is T).Select(each => (each.Id, (T)each.State))];
        }
    }

    /// <summary>Nothing is answered until the storage goes on.</summary>
    public void Stick() => _stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What waited is done, and answered.</summary>
    public void GoOn()
    {
        var stuck = _stuck;
        _stuck = null;
        stuck?.SetResult();
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await (_stuck?.Task ?? Task.CompletedTask);
        lock (_gate)
        {
            Check();
            if (_states.TryGetValue((stateName, grainId), out var stored))
            {
                (grainState.State, grainState.ETag, grainState.RecordExists) =
                    ((T)stored.State, $"{stored.ETag}", true);
            }
            else
            {
                (grainState.ETag, grainState.RecordExists) = (null!, false);
            }
        }
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await (_stuck?.Task ?? Task.CompletedTask);
        lock (_gate)
        {
            Check();
            CheckETag(stateName, grainId, IsDrawn(RefuseOneIn) ? "another" : grainState.ETag);
            _states[(stateName, grainId)] = (grainState.State!, ++_lastETag);
            _written.Add((grainId, grainState.State!));
            if (IsDrawn(LoseAnswerOfOneIn))
            {
                throw new IOException("The storage's answer was lost.");
            }

            (grainState.ETag, grainState.RecordExists) = ($"{_lastETag}", true);
            Wrote?.Invoke(grainId, grainState.State!);
        }
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await (_stuck?.Task ?? Task.CompletedTask);
        lock (_gate)
        {
            Check();
            CheckETag(stateName, grainId, grainState.ETag);
            _states.Remove((stateName, grainId));
            (grainState.ETag, grainState.RecordExists) = (null!, false);
        }
    }

    private bool IsDrawn(int oneIn) => oneIn > 0 && _random.Next(oneIn) == 0;

    private void Check()
    {
        if (IsDown)
        {
            throw new IOException("The storage is down.");
        }
    }

    private void CheckETag(string stateName, GrainId grainId, string? etag)
    {
        var stored = _states.TryGetValue((stateName, grainId), out var state) ? $"{state.ETag}" : null;
        if (stored != etag)
        {
            throw new InconsistentStateException($"{grainId} was written by somebody else.", stored!, etag!, null!);
        }
    }
}
