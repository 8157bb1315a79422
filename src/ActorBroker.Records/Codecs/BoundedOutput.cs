using System.Buffers;

namespace ActorBroker.Records.Codecs;

/// <summary>
/// Output that stops a decompression bomb: it hands out room for at most one byte more than is allowed, so that passing
/// the limit is seen when it happens and never costs memory.
/// </summary>
internal ref struct BoundedOutput(IBufferWriter<byte> destination, int maxBytes)
{
    private const int Step = 64 * 1024;

    private readonly IBufferWriter<byte> _destination = destination;
    private long _left = maxBytes;

    /// <summary>Bytes that may still come.</summary>
    public readonly long Left => _left;

    /// <summary>True once more came than is allowed.</summary>
    public readonly bool IsOver => _left < 0;

    /// <summary>Room for the next bytes, never empty.</summary>
    public readonly Span<byte> Next()
    {
        var wanted = (int)Math.Min(_left + 1, Step);
        var room = _destination.GetSpan(wanted);
        return room.Length > _left + 1 ? room[..(int)(_left + 1)] : room;
    }

    /// <summary>Takes the bytes that were put into the room; false when they pass the limit.</summary>
    public bool Advance(int count)
    {
        _destination.Advance(count);
        _left -= count;
        return !IsOver;
    }
}
