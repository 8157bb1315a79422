using System.Net;

namespace ActorBroker.Gateway.Transport;

/// <summary>A connection's bytes behind a gate; whoever aborts the connection is not held up by it.</summary>
internal sealed class GatedTransport(ITransport transport, PauseGate gate) : ITransport
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IPEndPoint? Remote => transport.Remote;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        await PassAsync().ConfigureAwait(false);
        var count = await transport.ReceiveAsync(buffer).ConfigureAwait(false);
        await PassAsync().ConfigureAwait(false);
        return count;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await PassAsync().ConfigureAwait(false);
        await transport.SendAsync(bytes).ConfigureAwait(false);
    }

    public async ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> buffers)
    {
        await PassAsync().ConfigureAwait(false);
        await transport.SendAsync(buffers).ConfigureAwait(false);
    }

    public async ValueTask SendFileAsync(FileStream file, long position, int length)
    {
        await PassAsync().ConfigureAwait(false);
        await transport.SendFileAsync(file, position, length).ConfigureAwait(false);
    }

    public void EndReceive() => transport.EndReceive();

    public void Abort()
    {
        transport.Abort();
        _ended.TrySetResult();
    }

    public void Dispose()
    {
        transport.Dispose();
        _ended.TrySetResult();
    }

    private async ValueTask PassAsync()
    {
        while (gate.Pause is { } pause && !_ended.Task.IsCompleted)
        {
            await Task.WhenAny(pause, _ended.Task).ConfigureAwait(false);
        }
    }
}
