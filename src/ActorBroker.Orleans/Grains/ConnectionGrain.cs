using ActorBroker.Orleans.Hosting;
using ActorBroker.Orleans.Placement;
using Orleans.Concurrency;

namespace ActorBroker.Orleans.Grains;

/// <summary>Hands a client's bytes to the Kafka gateway of this silo's broker, and its answers back.</summary>
[Reentrant]
[BrokerPlacement]
[CollectionAgeLimit(Minutes = 2)]
[GrainType(GrainTypes.Connection)]
internal sealed class ConnectionGrain(SiloBroker broker) : Grain, IConnectionGrain
{
    /// <summary>Well within the time in which a call has to be answered.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private CarriedStream? _stream;
    private Carrier? _carrier;
    private Task _writing = Task.CompletedTask;
    private long _received;
    private long _sent;
    private bool _isReading;

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _stream?.Break(new IOException("The client has been silent for too long, or its grain has to go."));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> OpenAsync()
    {
        var stream = new CarriedStream();
        if (_stream is not null || !broker.TryAccept(stream))
        {
            DeactivateOnIdle();
            return Task.FromResult(false);
        }

        _stream = stream;
        _carrier = new Carrier(stream);
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public async Task<ConnectionWrite> WriteAsync(long position, RecordBytes bytes)
    {
        await _writing.WaitAsync(Patience).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var answer = Judge(position, bytes.Memory.Length);
        if (answer == ConnectionWrite.Taken)
        {
            _received += bytes.Memory.Length;
            _writing = _stream!.Incoming.WriteAsync(bytes.Memory).AsTask();
        }
        else if (answer == ConnectionWrite.Closed)
        {
            End();
        }

        bytes.Release();
        return answer;
    }

    /// <inheritdoc/>
    public async Task<ConnectionBytes> ReadAsync(long position)
    {
        if (_carrier is null || position != _sent || _isReading)
        {
            End();
            return new ConnectionBytes(default, IsEnd: true);
        }

        _isReading = true;
        using var patience = new CancellationTokenSource(Patience);
        var bytes = await _carrier.TakeAsync(patience.Token);
        _isReading = false;
        if (bytes is not { } taken)
        {
            End();
            return new ConnectionBytes(default, IsEnd: true);
        }

        _sent += taken.Length;
        return new ConnectionBytes(new RecordBytes(taken));
    }

    /// <inheritdoc/>
    public async Task CloseAsync()
    {
        if (_stream is { } stream)
        {
            // The broker reads what was sent before, then finds the end, and closes.
            await _writing.WaitAsync(Patience).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await stream.Incoming.CompleteAsync();
            await stream.Closed.WaitAsync(Patience).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        End();
    }

    private ConnectionWrite Judge(long position, int length) =>
        _stream is not { IsClosed: false } || position != _received || length > Carrier.CallBytesMax
            ? ConnectionWrite.Closed
            : _writing.IsCompleted ? ConnectionWrite.Taken : ConnectionWrite.NotYet;

    private void End()
    {
        _stream?.Break(new IOException("The client has gone."));
        DeactivateOnIdle();
    }
}
