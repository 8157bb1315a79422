using System.Buffers.Binary;
using ActorBroker.Gateway.Transport;

namespace ActorBroker.Gateway.Connections;

/// <summary>
/// Cuts a byte stream into request frames. Between frames it holds only a small chunk, into which whole small requests
/// fit (so that pipelined ones cost one receive together); the rest of a large one is received straight into its own
/// buffer, which is rented only after the size has been checked and the broker has room for it.
/// </summary>
internal sealed class FrameReader(
    ITransport transport, Budgets budgets, int frameBytesMax, Action activity, CancellationToken cancel)
{
    private const int SizeBytes = 4;

    /// <summary>Takes a record of 1 KiB in one receive; ten thousand idle connections hold 20 MB.</summary>
    private const int ChunkBytes = 2048;

    /// <summary>API key, version and correlation id: no request is shorter.</summary>
    private const int FrameBytesMin = 8;

    private readonly byte[] _chunk = new byte[ChunkBytes];
    private int _start;
    private int _end;
    private volatile bool _inFrame;

    /// <summary>True while a part of a frame has come and the rest has not.</summary>
    public bool InFrame => _inFrame;

    /// <summary>The next frame; null when the peer has ended its side between two frames.</summary>
    public async ValueTask<RequestFrame?> ReadAsync()
    {
        if (!await FillSizeAsync().ConfigureAwait(false))
        {
            return null;
        }

        var size = BinaryPrimitives.ReadInt32BigEndian(_chunk.AsSpan(_start));
        if (size < FrameBytesMin || size > frameBytesMax)
        {
            throw new BadFrameException($"a frame size of {size}; {FrameBytesMin} to {frameBytesMax} are allowed");
        }

        _start += SizeBytes;
        _inFrame = false; // While it is we who keep the peer waiting, its silence is not its fault.
        await budgets.Bytes.AcquireAsync(size, cancel).ConfigureAwait(false);
        activity();
        var frame = new RequestFrame(size, budgets);
        _inFrame = true;
        try
        {
            await FillAsync(frame.Memory).ConfigureAwait(false);
            _inFrame = false;
            await frame.AdmitAsync(cancel).ConfigureAwait(false);
            return frame;
        }
        catch
        {
            _inFrame = false;
            frame.Dispose();
            throw;
        }
    }

    private async ValueTask<bool> FillSizeAsync()
    {
        while (_end - _start < SizeBytes)
        {
            _chunk.AsSpan(_start, _end - _start).CopyTo(_chunk);
            (_start, _end) = (0, _end - _start);
            _inFrame = _end > 0;
            var received = await transport.ReceiveAsync(_chunk.AsMemory(_end)).ConfigureAwait(false);
            if (received == 0)
            {
                return _end == 0 ? false : throw new BadFrameException("the end of the stream inside a frame size");
            }

            activity();
            _end += received;
        }

        return true;
    }

    private async ValueTask FillAsync(Memory<byte> rest)
    {
        var buffered = Math.Min(_end - _start, rest.Length);
        _chunk.AsMemory(_start, buffered).CopyTo(rest);
        _start += buffered;
        rest = rest[buffered..];
        while (!rest.IsEmpty)
        {
            var received = await transport.ReceiveAsync(rest).ConfigureAwait(false);
            if (received == 0)
            {
                throw new BadFrameException($"the end of the stream {rest.Length} bytes before the end of a frame");
            }

            activity();
            rest = rest[received..];
        }
    }
}
