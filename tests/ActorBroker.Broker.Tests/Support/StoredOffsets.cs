// An independent reader of __consumer_offsets: written from Kafka's field tables with nothing of ours but the bytes, so
// that what we write is judged by another hand.
using System.Buffers.Binary;
using System.Text;
using ActorBroker.Broker.Partitions;

namespace ActorBroker.Broker.Tests.Support;

/// <summary>Everything that a partition of the offsets topic says, newest word last.</summary>
internal sealed class StoredOffsets
{
    /// <summary>By group, topic and partition: offset, leader epoch, metadata and commit time; null: deleted.</summary>
    public Dictionary<(string Group, string Topic, int Partition), Stored?> Offsets { get; } = [];

    /// <summary>Each value that an offset ever had, in the order of the log.</summary>
    public List<(string Group, long Offset)> History { get; } = [];

    public int Batches { get; private set; }

    /// <summary>Bytes.</summary>
    public int LargestBatch { get; private set; }

    public static StoredOffsets Read(Partition partition)
    {
        var read = new StoredOffsets();
        var offset = partition.LogStartOffset;
        while (offset < partition.LogEndOffset)
        {
            using var result = partition.Fetch(new FetchQuery(offset, 1 << 20, true, IsolationLevel.ReadUncommitted));
            Assert.False(result.Records.IsEmpty);
            var bytes = result.Records.ToArray();
            for (var at = 0; at < bytes.Length;)
            {
                var size = 12 + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 8));
                offset = read.ReadBatch(bytes.AsSpan(at, size));
                at += size;
            }
        }

        return read;
    }

    private long ReadBatch(ReadOnlySpan<byte> batch)
    {
        Batches++;
        LargestBatch = Math.Max(LargestBatch, batch.Length);
        Assert.Equal(2, batch[16]);
        Assert.Equal(0, BinaryPrimitives.ReadInt16BigEndian(batch[21..]) & 0x7f);
        var lastDelta = BinaryPrimitives.ReadInt32BigEndian(batch[23..]);
        var count = BinaryPrimitives.ReadInt32BigEndian(batch[57..]);
        var rest = batch[61..];
        for (var record = 0; record < count; record++)
        {
            var length = (int)Varint(ref rest);
            var body = rest[..length];
            rest = rest[length..];
            ReadRecord(body);
        }

        Assert.True(rest.IsEmpty);
        return BinaryPrimitives.ReadInt64BigEndian(batch) + lastDelta + 1;
    }

    private void ReadRecord(ReadOnlySpan<byte> body)
    {
        body = body[1..];
        Varint(ref body);
        Varint(ref body);
        ReadOnlySpan<byte> key = Bytes(ref body)!;
        var value = Bytes(ref body);
        var keyVersion = BinaryPrimitives.ReadInt16BigEndian(key);
        key = key[2..];
        if (keyVersion is not (0 or 1))
        {
            return;
        }

        var group = Text(ref key);
        var topic = Text(ref key);
        var partition = BinaryPrimitives.ReadInt32BigEndian(key);
        Offsets[(group, topic, partition)] = value is null ? null : ReadValue(value);
        if (value is not null)
        {
            History.Add((group, ReadValue(value).Offset));
        }
    }

    private static Stored ReadValue(ReadOnlySpan<byte> value)
    {
        Assert.Equal(3, BinaryPrimitives.ReadInt16BigEndian(value));
        var offset = BinaryPrimitives.ReadInt64BigEndian(value[2..]);
        var epoch = BinaryPrimitives.ReadInt32BigEndian(value[10..]);
        var rest = value[14..];
        var metadata = Text(ref rest);
        Assert.Equal(8, rest.Length);
        return new Stored(offset, epoch, metadata, BinaryPrimitives.ReadInt64BigEndian(rest));
    }

    private static byte[]? Bytes(ref ReadOnlySpan<byte> from)
    {
        var length = (int)Varint(ref from);
        if (length < 0)
        {
            return null;
        }

        var bytes = from[..length].ToArray();
        from = from[length..];
        return bytes;
    }

    private static string Text(ref ReadOnlySpan<byte> from)
    {
        var length = BinaryPrimitives.ReadInt16BigEndian(from);
        var text = Encoding.UTF8.GetString(from.Slice(2, length));
        from = from[(2 + length)..];
        return text;
    }

    private static long Varint(ref ReadOnlySpan<byte> from)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = from[0];
            from = from[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
    }

    /// <summary>A committed offset as it is stored.</summary>
    internal sealed record Stored(long Offset, int LeaderEpoch, string Metadata, long CommitTimestamp);
}
