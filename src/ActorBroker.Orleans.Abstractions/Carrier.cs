using System.Buffers;

namespace ActorBroker.Orleans;

/// <summary>
/// Takes from a pipe what the next call carries, into one buffer: it is used again for the call after that, when it is
/// known that the one before has arrived.
/// </summary>
internal sealed class Carrier(CarriedStream stream)
{
    /// <summary>More would hold up the small things of others that go the same way.</summary>
    public const int CallBytesMax = 256 << 10;

    private byte[] _buffer = [];

    /// <summary>
    /// Waits for bytes. None, where it was cancelled or the stream was closed meanwhile; null, once the stream is
    /// closed and all of it is taken.
    /// </summary>
    public async ValueTask<ReadOnlyMemory<byte>?> TakeAsync(CancellationToken cancel)
    {
        // What was written right before the stream was closed is still carried; nothing follows it.
        var isClosed = stream.IsClosed;
        if (!stream.Outgoing.TryRead(out var result))
        {
            if (isClosed)
            {
                return null;
            }

            try
            {
                result = await stream.Outgoing.ReadAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return ReadOnlyMemory<byte>.Empty;
            }
        }

        var taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, CallBytesMax));
        var length = (int)taken.Length;
        if (_buffer.Length < length)
        {
            _buffer = new byte[Math.Min(CallBytesMax, Math.Max(2 * length, 4 << 10))];
        }

        taken.CopyTo(_buffer);
        stream.Outgoing.AdvanceTo(taken.End);
        return _buffer.AsMemory(0, length);
    }
}
