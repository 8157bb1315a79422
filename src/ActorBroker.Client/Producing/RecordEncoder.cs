using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>Writes records of format v2 one behind the other, straight into a batch's buffer.</summary>
internal static class RecordEncoder
{
    /// <summary>Writes a record where there is room for its largest size; gives the bytes it took.</summary>
    public static int Write(Span<byte> room, in RecordData record, long timestampDelta, int offsetDelta)
    {
        var headerBytes = SizeOf(record.Headers);
        var bodySize = SizeOf(record.HasKey, record.Key.Length) + SizeOf(record.HasValue, record.Value.Length)
            + VarInt.SizeOfInt32(record.Headers.Length) + headerBytes;
        var at = WriteStart(room, timestampDelta, offsetDelta, bodySize);
        at += WriteBytes(room[at..], record.HasKey, record.Key);
        at += WriteBytes(room[at..], record.HasValue, record.Value);
        at += VarInt.WriteInt32(room[at..], record.Headers.Length);
        foreach (var header in record.Headers)
        {
            at += WriteHeader(room[at..], header);
        }

        return at;
    }

    /// <summary>Writes a record whose key, value and headers are encoded already; gives the bytes it took.</summary>
    public static int Write(Span<byte> room, ReadOnlySpan<byte> body, long timestampDelta, int offsetDelta)
    {
        var at = WriteStart(room, timestampDelta, offsetDelta, body.Length);
        body.CopyTo(room[at..]);
        return at + body.Length;
    }

    private static int WriteStart(Span<byte> room, long timestampDelta, int offsetDelta, int bodySize)
    {
        var length = 1 + VarInt.SizeOfInt64(timestampDelta) + VarInt.SizeOfInt32(offsetDelta) + bodySize;
        var at = VarInt.WriteInt32(room, length);
        room[at++] = 0; // The attributes, of which there are none.
        at += VarInt.WriteInt64(room[at..], timestampDelta);
        at += VarInt.WriteInt32(room[at..], offsetDelta);
        return at;
    }

    private static int SizeOf(bool isThere, int length) => isThere ? VarInt.SizeOfInt32(length) + length : 1;

    private static int SizeOf(ReadOnlySpan<RecordHeader> headers)
    {
        var size = 0;
        foreach (var header in headers)
        {
            size += SizeOf(true, Encoding.UTF8.GetByteCount(header.Key))
                + SizeOf(header.Value.HasValue, header.Value?.Length ?? 0);
        }

        return size;
    }

    private static int WriteHeader(Span<byte> room, in RecordHeader header)
    {
        var keyLength = Encoding.UTF8.GetByteCount(header.Key);
        var at = VarInt.WriteInt32(room, keyLength);
        at += Encoding.UTF8.GetBytes(header.Key, room[at..]);
        return at + WriteBytes(room[at..], header.Value.HasValue, header.Value.GetValueOrDefault().Span);
    }

    private static int WriteBytes(Span<byte> room, bool isThere, ReadOnlySpan<byte> bytes)
    {
        var at = VarInt.WriteInt32(room, isThere ? bytes.Length : -1);
        bytes.CopyTo(room[at..]);
        return at + bytes.Length;
    }
}
