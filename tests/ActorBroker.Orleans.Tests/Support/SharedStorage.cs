using Orleans.Storage;

namespace ActorBroker.Orleans.Tests.Support;

/// <summary>A grain storage that outlives the silos of a test, with ETags as a database has them.</summary>
internal sealed class SharedStorage : IGrainStorage
{
    private readonly Dictionary<(string Name, GrainId Id), (object State, int ETag)> _states = [];
    private readonly Lock _gate = new();
    private int _lastETag;

    /// <summary>True: the storage is down.</summary>
    public bool IsDown { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
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

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_gate)
        {
            Check();
            CheckETag(stateName, grainId, grainState.ETag);
            _states[(stateName, grainId)] = (grainState.State!, ++_lastETag);
            (grainState.ETag, grainState.RecordExists) = ($"{_lastETag}", true);
        }

        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_gate)
        {
            Check();
            CheckETag(stateName, grainId, grainState.ETag);
            _states.Remove((stateName, grainId));
            (grainState.ETag, grainState.RecordExists) = (null!, false);
        }

        return Task.CompletedTask;
    }

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
