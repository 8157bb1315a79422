using System.Buffers.Binary;
using ActorBroker.Core.Producers;
using ActorBroker.Records;
using ActorBroker.Storage.Files;

namespace ActorBroker.Storage.Recovery;

/// <summary>
/// The producer snapshots in a log's folder (Kafka's <c>.snapshot</c>, version 1): what the producers were up to an
/// offset, so that opening the log need not read all of it. A damaged one is passed over for an older one.
/// </summary>
internal sealed class ProducerSnapshots
{
    /// <summary>The newest are kept even when their segment is gone.</summary>
    public const int Kept = 2;

    private const short Version = 1;
    private const int HeaderSize = 10;
    private const int EntrySize = 46;

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly SortedSet<long> _offsets = [];

    public ProducerSnapshots(IFileSystem files, string folder, IEnumerable<string> names)
    {
        _files = files;
        _folder = folder;
        foreach (var name in names)
        {
            if (LogFiles.TryParse(name, out var offset, out var kind, out var suffix)
                && kind == LogFiles.Snapshot
                && suffix.Length == 0)
            {
                _offsets.Add(offset);
            }
        }
    }

    /// <summary>Offsets of the stored snapshots, ascending.</summary>
    public long[] Offsets
    {
        get
        {
            lock (_lock)
            {
                return [.. _offsets];
            }
        }
    }

    /// <summary>
    /// Stores the state up to the offset. Without a sync: a snapshot that a crash damages fails its CRC.
    /// </summary>
    public void Write(long offset, IReadOnlyList<ProducerSnapshotEntry> entries, bool durable)
    {
        using (var file = _files.OpenOrCreate(PathOf(offset)))
        {
            file.SetLength(0);
            file.Write(Encode(entries), 0);
            if (durable)
            {
                file.Flush();
            }
        }

        lock (_lock)
        {
            _offsets.Add(offset);
        }
    }

    /// <summary>The newest sound snapshot at or below the offset; (-1, empty) without one.</summary>
    public (long Offset, IReadOnlyList<ProducerSnapshotEntry> Entries) Newest(long atMost)
    {
        foreach (var offset in Offsets.Where(offset => offset <= atMost).Reverse())
        {
            if (AtomicFile.Read(_files, PathOf(offset)) is { } bytes && Decode(bytes) is { } entries)
            {
                return (offset, entries);
            }
        }

        return (-1, []);
    }

    /// <summary>Removes those that tell of offsets the log does not have (any more).</summary>
    public void RemoveAbove(long logEndOffset) => Remove(Offsets.Where(offset => offset > logEndOffset));

    /// <summary>Removes those whose segments are gone, except the newest.</summary>
    public void RemoveBelow(long baseOffset) =>
        Remove(Offsets.SkipLast(Kept).Where(offset => offset < baseOffset));

    public static byte[] Encode(IReadOnlyList<ProducerSnapshotEntry> entries)
    {
        var bytes = new byte[checked(HeaderSize + (entries.Count * EntrySize))];
        BinaryPrimitives.WriteInt16BigEndian(bytes, Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(6), entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            var at = bytes.AsSpan(HeaderSize + (i * EntrySize));
            BinaryPrimitives.WriteInt64BigEndian(at, entry.ProducerId);
            BinaryPrimitives.WriteInt16BigEndian(at[8..], entry.Epoch);
            BinaryPrimitives.WriteInt32BigEndian(at[10..], entry.LastSequence);
            BinaryPrimitives.WriteInt64BigEndian(at[14..], entry.LastOffset);
            BinaryPrimitives.WriteInt32BigEndian(at[22..], entry.OffsetDelta);
            BinaryPrimitives.WriteInt64BigEndian(at[26..], entry.TimestampMs);
            BinaryPrimitives.WriteInt32BigEndian(at[34..], entry.CoordinatorEpoch);
            BinaryPrimitives.WriteInt64BigEndian(at[38..], entry.CurrentTxnFirstOffset);
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(2), Crc32C.Compute(bytes.AsSpan(6)));
        return bytes;
    }

    /// <summary>The entries; null where the bytes are no sound snapshot.</summary>
    public static List<ProducerSnapshotEntry>? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize
            || BinaryPrimitives.ReadInt16BigEndian(bytes) != Version
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]) != Crc32C.Compute(bytes[6..]))
        {
            return null;
        }

        var count = BinaryPrimitives.ReadInt32BigEndian(bytes[6..]);
        if (count < 0 || count != (bytes.Length - HeaderSize) / EntrySize)
        {
            return null;
        }

        var entries = new List<ProducerSnapshotEntry>(count);
        for (var i = 0; i < count; i++)
        {
            var at = bytes.Slice(HeaderSize + (i * EntrySize), EntrySize);
            entries.Add(new ProducerSnapshotEntry(
                ProducerId: BinaryPrimitives.ReadInt64BigEndian(at),
                Epoch: BinaryPrimitives.ReadInt16BigEndian(at[8..]),
                LastSequence: BinaryPrimitives.ReadInt32BigEndian(at[10..]),
                LastOffset: BinaryPrimitives.ReadInt64BigEndian(at[14..]),
                OffsetDelta: BinaryPrimitives.ReadInt32BigEndian(at[22..]),
                TimestampMs: BinaryPrimitives.ReadInt64BigEndian(at[26..]),
                CoordinatorEpoch: BinaryPrimitives.ReadInt32BigEndian(at[34..]),
                CurrentTxnFirstOffset: BinaryPrimitives.ReadInt64BigEndian(at[38..])));
        }

        return entries;
    }

    private void Remove(IEnumerable<long> offsets)
    {
        foreach (var offset in offsets)
        {
            _files.DeleteFile(PathOf(offset));
            lock (_lock)
            {
                _offsets.Remove(offset);
            }
        }
    }

    private string PathOf(long offset) => Path.Combine(_folder, LogFiles.Name(offset, LogFiles.Snapshot));
}
