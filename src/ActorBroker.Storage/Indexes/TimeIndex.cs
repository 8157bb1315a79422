using System.Buffers.Binary;

namespace ActorBroker.Storage.Indexes;

/// <summary>
/// Which time a segment has reached at an offset: 12 byte entries of (largest timestamp so far, offset - base offset of
/// the batch that has it), ascending in both. The last entry of a finished segment tells its largest timestamp.
/// </summary>
internal sealed class TimeIndex(IFileSystem files, string path, long baseOffset) : IndexFile(files, path, EntrySize)
{
    public const int EntrySize = 12;

    /// <summary>The last entry; (-1, -1) in an empty index.</summary>
    public (long TimestampMs, long Offset) Last
    {
        get
        {
            Span<byte> entry = stackalloc byte[EntrySize];
            return TryGet(Count - 1, entry) ? Decode(entry) : (-1, -1);
        }
    }

    /// <summary>Takes the entry if it ascends.</summary>
    public void AppendIfLater(long timestampMs, long offset)
    {
        var last = Last;
        if (timestampMs <= last.TimestampMs || (last.Offset >= 0 && offset <= last.Offset))
        {
            return;
        }

        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt64BigEndian(entry, timestampMs);
        BinaryPrimitives.WriteInt32BigEndian(entry[8..], checked((int)(offset - baseOffset)));
        AppendEntry(entry);
    }

    /// <summary>
    /// An offset at or below which every record is older than the time; the base offset where none is known.
    /// </summary>
    public long OffsetBefore(long timestampMs)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        return TryFindLast(0, sizeof(long), timestampMs - 1, entry) ? Decode(entry).Offset : baseOffset;
    }

    /// <summary>Drops entries at or after the offset.</summary>
    public void TruncateToOffset(long offset)
    {
        var count = Count;
        Span<byte> entry = stackalloc byte[EntrySize];
        while (count > 0 && TryGet(count - 1, entry) && Decode(entry).Offset >= offset)
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

        if (IsMissingOrCut || Count == 0)
        {
            return true;
        }

        var (timestampMs, offset) = Last;
        Span<byte> first = stackalloc byte[EntrySize];
        return offset < baseOffset
            || (Count > 1
                && TryGet(0, first)
                && (Decode(first).TimestampMs >= timestampMs || Decode(first).Offset >= offset));
    }

    private (long TimestampMs, long Offset) Decode(ReadOnlySpan<byte> entry) =>
        (BinaryPrimitives.ReadInt64BigEndian(entry), baseOffset + BinaryPrimitives.ReadInt32BigEndian(entry[8..]));
}
