using System.Buffers;
using System.Net;

namespace ActorBroker.Gateway.Transport;

/// <summary>A connection over any duplex stream: TLS, where the kernel can't send files itself, and tests.</summary>
#pragma warning disable CA1001 // Without a timer the token source holds nothing, and EndReceive may come at any time.
internal sealed class StreamTransport(Stream stream, IPEndPoint? remote = null) : ITransport
#pragma warning restore CA1001
{
    private const int CopyBytes = 64 << 10;

    private readonly CancellationTokenSource _receiving = new();

    public IPEndPoint? Remote => remote;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer, _receiving.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_receiving.IsCancellationRequested)
        {
            return 0;
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes).ConfigureAwait(false);
        await stream.FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> buffers)
    {
        foreach (var buffer in buffers)
        {
            await stream.WriteAsync(buffer).ConfigureAwait(false);
        }

        await stream.FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask SendFileAsync(FileStream file, long position, int length)
    {
        var copy = ArrayPool<byte>.Shared.Rent(Math.Min(length, CopyBytes));
        try
        {
            while (length > 0)
            {
                var part = copy.AsMemory(0, Math.Min(length, copy.Length));
                var read = await RandomAccess.ReadAsync(file.SafeFileHandle, part, position).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new EndOfStreamException($"The file ended {length} bytes too early at position {position}.");
                }

                await stream.WriteAsync(part[..read]).ConfigureAwait(false);
                position += read;
                length -= read;
            }

            await stream.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    public void EndReceive() => _receiving.Cancel();

    public void Abort() => stream.Dispose();

    public void Dispose() => stream.Dispose();
}
