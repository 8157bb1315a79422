using System.Buffers;
using ActorBroker.Gateway.Connections;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Gateway.Transport;
using ActorBroker.Protocol.HotPath;
using ActorBroker.Storage;

namespace ActorBroker.Gateway.Handlers.Fetching;

/// <summary>
/// A Fetch response: the frame without its records, and the leased slices that go in between. Large slices leave
/// straight from their file; small ones, for which a copy is cheaper than a system call of their own, go with the frame
/// around them.
/// </summary>
internal sealed class FetchReply(FetchResponseWriter frame, List<LogSlice> slices) : Response
{
    private const int CopyBytesMax = 16 << 10;

    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly List<byte[]> _copies = [];

    public override long Length => frame.FrameSize;

    public override async ValueTask SendAsync(ITransport transport)
    {
        for (var index = 0; index < slices.Count; index++)
        {
            // The records may have to come from the disk, and each wait for the socket may have changed the thread.
            await PoolThread.SwitchAsync();
            _parts.Add(frame.Segment(index));
            var slice = slices[index];
            if (slice.Length <= CopyBytesMax || slice.SendStream is not { } file)
            {
                _parts.Add(Copy(slice));
                continue;
            }

            await FlushAsync(transport).ConfigureAwait(false);
            await transport.SendFileAsync(file, slice.Position, slice.Length).ConfigureAwait(false);
        }

        _parts.Add(frame.Segment(slices.Count));
        await FlushAsync(transport).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        ReturnCopies();
        foreach (var slice in slices)
        {
            slice.Dispose();
        }

        slices.Clear();
        frame.Dispose();
    }

    private ReadOnlyMemory<byte> Copy(LogSlice slice)
    {
        var copy = ArrayPool<byte>.Shared.Rent(slice.Length);
        _copies.Add(copy);
        slice.CopyTo(copy);
        return copy.AsMemory(0, slice.Length);
    }

    private async ValueTask FlushAsync(ITransport transport)
    {
        _parts.RemoveAll(static part => part.IsEmpty);
        if (_parts.Count == 1)
        {
            await transport.SendAsync(_parts[0]).ConfigureAwait(false);
        }
        else if (_parts.Count > 1)
        {
            await transport.SendAsync(_parts).ConfigureAwait(false);
        }

        _parts.Clear();
        ReturnCopies();
    }

    private void ReturnCopies()
    {
        foreach (var copy in _copies)
        {
            ArrayPool<byte>.Shared.Return(copy);
        }

        _copies.Clear();
    }
}
