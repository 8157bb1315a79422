// One file: magic, number, highest removed version, length of the next generation's name, count of changes, that name,
// the changes, CRC-32C of all before. All little-endian. The same form holds a batch of changes and, with every
// document in it, a snapshot.
using System.Buffers.Binary;
using System.Text;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Records;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>The bytes of a journal's files.</summary>
internal static class JournalCodec
{
    private const ulong Magic = 0x0131_4C4E_524A_4241; // "ABJRNL1" and a one
    private const int HeaderBytes = 32;
    private const int ChangeBytes = 21;
    private const int ChecksumBytes = 4;
    private const byte Put = 1;
    private const byte Remove = 2;

    public static byte[] Encode(JournalEntry entry)
    {
        var size = HeaderBytes + ChecksumBytes + Encoding.UTF8.GetByteCount(entry.Next);
        foreach (var (key, document) in entry.Changes)
        {
            size = checked(size + ChangeBytes + Encoding.UTF8.GetByteCount(key.Kind)
                + Encoding.UTF8.GetByteCount(key.Name) + (document?.Body.Length ?? 0));
        }

        var bytes = new byte[size];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), entry.Number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), entry.HighestRemoved);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), entry.Changes.Count);
        var next = Encoding.UTF8.GetBytes(entry.Next, bytes.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), next);
        var at = HeaderBytes + next;
        foreach (var (key, document) in entry.Changes)
        {
            bytes[at] = document is null ? Remove : Put;
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 1), document?.Version ?? 0);
            var kind = Encoding.UTF8.GetBytes(key.Kind, bytes.AsSpan(at + ChangeBytes));
            var name = Encoding.UTF8.GetBytes(key.Name, bytes.AsSpan(at + ChangeBytes + kind));
            var body = document?.Body ?? default;
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 9), kind);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 13), name);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 17), body.Length);
            at += ChangeBytes + kind + name;
            body.Span.CopyTo(bytes.AsSpan(at));
            at += body.Length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Crc32C.Compute(bytes.AsSpan(0, at)));
        return bytes;
    }

    /// <summary>Reads a file back; null, with the reason, where it is not what was written.</summary>
    public static JournalEntry? Decode(byte[] bytes, long number, out string problem)
    {
        problem = "";
        if (bytes.Length < HeaderBytes + ChecksumBytes ||
            BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
        {
            problem = "it does not begin like a file of the catalogue";
            return null;
        }

        var end = bytes.Length - ChecksumBytes;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end)) != Crc32C.Compute(bytes.AsSpan(0, end)))
        {
            problem = "its checksum is wrong";
            return null;
        }

        if (BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)) != number)
        {
            problem = "it holds another entry than its name says";
            return null;
        }

        var next = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(24));
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(28));
        if (next > end - HeaderBytes ||
            Changes(bytes.AsMemory(HeaderBytes + (int)next, end - HeaderBytes - (int)next), count) is not { } changes)
        {
            problem = "its lengths don't fit";
            return null;
        }

        return new JournalEntry(
            number,
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)),
            changes,
            Encoding.UTF8.GetString(bytes, HeaderBytes, (int)next));
    }

    private static List<CatalogueChange>? Changes(ReadOnlyMemory<byte> bytes, int count)
    {
        if (count < 0 || count > bytes.Length / ChangeBytes)
        {
            return null;
        }

        var changes = new List<CatalogueChange>(count);
        for (; count > 0; count--)
        {
            if (bytes.Length < ChangeBytes)
            {
                return null;
            }

            var head = bytes.Span[..ChangeBytes];
            var version = BinaryPrimitives.ReadInt64LittleEndian(head[1..]);
            var kind = BinaryPrimitives.ReadUInt32LittleEndian(head[9..]);
            var name = BinaryPrimitives.ReadUInt32LittleEndian(head[13..]);
            var body = BinaryPrimitives.ReadUInt32LittleEndian(head[17..]);
            var isPut = head[0] == Put;
            bytes = bytes[ChangeBytes..];
            if ((long)kind + name + body > bytes.Length || (isPut ? version <= 0 : head[0] != Remove))
            {
                return null;
            }

            var key = new CatalogueKey(
                Encoding.UTF8.GetString(bytes.Span[..(int)kind]),
                Encoding.UTF8.GetString(bytes.Span.Slice((int)kind, (int)name)));
            bytes = bytes[(int)(kind + name)..];
            changes.Add(new CatalogueChange(
                key, isPut ? new CatalogueDocument(key, version, bytes[..(int)body]) : null));
            bytes = bytes[(int)body..];
        }

        return bytes.IsEmpty ? changes : null;
    }
}

/// <summary>A file of the journal.</summary>
/// <param name="Number">Its number in its generation; a snapshot has 0.</param>
/// <param name="HighestRemoved">The highest version that any removed document had, after it.</param>
/// <param name="Changes">What it changes; in a snapshot every document.</param>
/// <param name="Next">The generation that goes on after it; empty in all but the last entry of one.</param>
internal sealed record JournalEntry(
    long Number, long HighestRemoved, IReadOnlyCollection<CatalogueChange> Changes, string Next = "");
