using System.Buffers.Binary;

namespace ActorBroker.Storage.Indexes;

/// <summary>
/// Where in the segment an offset is: 8 byte entries of (offset - base offset, file position of the batch that ends
/// with that offset).
/// </summary>
internal sealed class OffsetIndex(IFileSystem files, string path, long baseOffset)
    : IndexFile(files, path, EntrySize)
{
    public const int EntrySize = 8;

    public void Append(long lastOffset, long position)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt32BigEndian(entry, checked((int)(lastOffset - baseOffset)));
        BinaryPrimitives.WriteInt32BigEndian(entry[4..], checked((int)position));
        AppendEntry(entry);
    }

    /// <summary>The last entry; (-1, -1) in an empty index.</summary>
    public (long LastOffset, long Position) Last
    {
        get
        {
            Span<byte> entry = stackalloc byte[EntrySize];
            return TryGet(Count - 1, entry) ? Decode(entry) : (-1, -1);
        }
    }

    /// <summary>A batch's start at or before the batch that holds the offset.</summary>
    public long PositionFor(long offset)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        return TryFindLast(0, sizeof(int), offset - baseOffset, entry) ? Decode(entry).Position : 0;
    }

    /// <summary>The last indexed batch's start that is not above the limit.</summary>
    public long PositionAtOrBelow(long limit)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        return TryFindLast(4, sizeof(int), limit, entry) ? Decode(entry).Position : 0;
    }

    /// <summary>Drops entries of batches that start at or after the position.</summary>
    public void TruncateToPosition(long position)
    {
        var count = Count;
        Span<byte> entry = stackalloc byte[EntrySize];
        while (count > 0 && TryGet(count - 1, entry) && Decode(entry).Position >= position)
        {
            count--;
        }

        Truncate(count);
    }

    /// <summary>True if the file can't belong to a segment of that size.</summary>
    public bool IsDamaged(long logSize)
    {
        if (logSize == 0)
        {
            return Count > 0;
        }

        if (IsMissingOrCut)
        {
            return true;
        }

        var (lastOffset, position) = Last;
        Span<byte> first = stackalloc byte[EntrySize];
        return TryGet(0, first)
            && (position >= logSize
                || position < 0
                || lastOffset < baseOffset
                || (Count > 1 && (Decode(first).LastOffset >= lastOffset || Decode(first).Position >= position)));
    }

    private (long LastOffset, long Position) Decode(ReadOnlySpan<byte> entry) =>
        (baseOffset + BinaryPrimitives.ReadInt32BigEndian(entry), BinaryPrimitives.ReadInt32BigEndian(entry[4..]));
}
