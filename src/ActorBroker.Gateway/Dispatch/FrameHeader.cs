using System.Buffers.Binary;
using System.Text;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>
/// A request's header, versions 1 and 2. Read by hand in two steps, since the version of the header is known only from
/// the API key and version at its start.
/// </summary>
internal struct FrameHeader
{
    private const int StartBytes = 8;

    /// <summary>Which API.</summary>
    public short ApiKey { get; private set; }

    /// <summary>Which version of it; the response has the same.</summary>
    public short ApiVersion { get; private set; }

    /// <summary>Echoed in the response.</summary>
    public int CorrelationId { get; private set; }

    /// <summary>Where the body begins; 0 when only the start was read.</summary>
    public int BodyOffset { get; private set; }

    /// <summary>Reads API key, version and correlation id; the frame has at least these 8 bytes.</summary>
    public static FrameHeader ReadStart(ReadOnlySpan<byte> frame) => new()
    {
        ApiKey = BinaryPrimitives.ReadInt16BigEndian(frame),
        ApiVersion = BinaryPrimitives.ReadInt16BigEndian(frame[2..]),
        CorrelationId = BinaryPrimitives.ReadInt32BigEndian(frame[4..]),
    };

    /// <summary>The client id, a classic string in both versions; empty where there is none.</summary>
    public static string ReadClientId(ReadOnlySpan<byte> frame)
    {
        var bytes = Math.Max(BinaryPrimitives.ReadInt16BigEndian(frame[StartBytes..]), (short)0);
        return Encoding.UTF8.GetString(frame.Slice(StartBytes + sizeof(short), bytes));
    }

    /// <summary>Skips the client id, which few handlers need, and the tagged fields, which none does.</summary>
    public bool TryReadRest(ReadOnlySpan<byte> frame, bool flexible)
    {
        if (frame.Length < StartBytes + sizeof(short))
        {
            return false;
        }

        var clientIdBytes = Math.Max(BinaryPrimitives.ReadInt16BigEndian(frame[StartBytes..]), (short)0);
        var position = StartBytes + sizeof(short) + clientIdBytes;
        if (position > frame.Length || (flexible && !TrySkipTags(frame, ref position)))
        {
            return false;
        }

        BodyOffset = position;
        return true;
    }

    private static bool TrySkipTags(ReadOnlySpan<byte> frame, ref int position)
    {
        if (!TryReadVarint(frame, ref position, out var count))
        {
            return false;
        }

        // A count above the bytes that are left fails at the first tag that is missing.
        for (; count > 0; count--)
        {
            if (!TryReadVarint(frame, ref position, out _) || !TryReadVarint(frame, ref position, out var size) ||
                size > (uint)(frame.Length - position))
            {
                return false;
            }

            position += (int)size;
        }

        return true;
    }

    private static bool TryReadVarint(ReadOnlySpan<byte> frame, ref int position, out uint value)
    {
        value = 0;
        for (var shift = 0; shift < 35 && position < frame.Length; shift += 7)
        {
            var group = frame[position++];
            value |= (uint)(group & 0x7f) << shift;
            if (group < 0x80)
            {
                return shift < 28 || group < 0x10;
            }
        }

        return false;
    }
}
