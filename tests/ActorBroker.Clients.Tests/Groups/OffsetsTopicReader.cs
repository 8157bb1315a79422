// Reads __consumer_offsets by what Kafka's documentation of its format says, with none of the broker's code: what any
// other tool would see. Big-endian; a key is an int16 type and its fields, a value an int16 version and its fields.
using System.Buffers.Binary;
using System.Text;
using ActorBroker.Client;

namespace ActorBroker.Clients.Tests.Groups;

/// <summary>A committed offset as it is stored; the latest of its group and partition.</summary>
/// <param name="Offset">The offset.</param>
/// <param name="CommittedAtMs">When.</param>
internal sealed record StoredOffset(long Offset, long CommittedAtMs);

/// <summary>A generation as it is stored.</summary>
/// <param name="Generation">Its number.</param>
/// <param name="ProtocolType">E.g. <c>consumer</c>.</param>
/// <param name="Protocol">The assignor; null while nobody is in the group.</param>
/// <param name="StoredAtMs">When.</param>
/// <param name="Members">Member, instance and the partitions of the one topic that these tests read.</param>
internal sealed record StoredGeneration(
    int Generation, string ProtocolType, string? Protocol, long StoredAtMs,
    IReadOnlyList<(string MemberId, string? InstanceId, int[] Partitions)> Members);

/// <summary>What the offsets topic says of one group.</summary>
internal sealed class OffsetsTopicReader
{
    private readonly string _group;

    private OffsetsTopicReader(string group) => _group = group;

    /// <summary>By topic and partition.</summary>
    public Dictionary<(string Topic, int Partition), StoredOffset> Offsets { get; } = [];

    /// <summary>Every record of the group, in order.</summary>
    public List<StoredGeneration> Generations { get; } = [];

    public static async Task<OffsetsTopicReader> ReadAsync(KafkaClient client, string group, CancellationToken cancel)
    {
        const string topic = "__consumer_offsets";
        var reader = new OffsetsTopicReader(group);
        var end = await client.Admin.FindOffsetAsync(topic, 0, StartPosition.Latest, cancel);
        await using var consumer = client.CreateConsumer(Deserializers.ByteArray, Deserializers.ByteArray);
        consumer.Assign(new Records.TopicPartition(topic, 0), StartPosition.Earliest);
        await foreach (var record in consumer.ReadAllAsync(cancel))
        {
            reader.Take(record.Key!, record.Value);
            if (record.Offset + 1 >= end)
            {
                break;
            }
        }

        return reader;
    }

    private void Take(byte[] keyBytes, byte[]? valueBytes)
    {
        var key = new Cursor(keyBytes);
        var type = key.Int16();
        if (key.Text() != _group)
        {
            return;
        }

        if (type is 0 or 1)
        {
            TakeOffset((key.Text()!, key.Int32()), valueBytes);
        }
        else if (type == 2 && valueBytes is not null)
        {
            TakeGeneration(new Cursor(valueBytes));
        }
    }

    private void TakeOffset((string, int) partition, byte[]? bytes)
    {
        if (bytes is null)
        {
            Offsets.Remove(partition);
            return;
        }

        var value = new Cursor(bytes);
        Assert.Equal(3, value.Int16());
        var offset = value.Int64();
        _ = value.Int32(); // leader epoch
        _ = value.Text(); // metadata
        Offsets[partition] = new StoredOffset(offset, value.Int64());
        Assert.True(value.IsAtEnd);
    }

    private void TakeGeneration(Cursor value)
    {
        Assert.Equal(3, value.Int16());
        var (type, generation, protocol, _, storedAtMs) =
            (value.Text()!, value.Int32(), value.Text(), value.Text(), value.Int64());
        var members = new List<(string, string?, int[])>();
        for (var count = value.Int32(); count > 0; count--)
        {
            var (memberId, instanceId) = (value.Text()!, value.Text());
            Assert.NotEmpty(value.Text()!); // client id
            Assert.Equal("/127.0.0.1", value.Text());
            Assert.True(value.Int32() > 0 && value.Int32() > 0); // rebalance and session timeout
            Assert.NotEmpty(value.Bytes()); // subscription
            members.Add((memberId, instanceId, Partitions(value.Bytes())));
        }

        Assert.True(value.IsAtEnd);
        Generations.Add(new StoredGeneration(generation, type, protocol, storedAtMs, members));
    }

    private static int[] Partitions(byte[] assignment)
    {
        var partitions = new List<int>();
        if (assignment.Length > 0)
        {
            var cursor = new Cursor(assignment);
            _ = cursor.Int16(); // version
            for (var topics = cursor.Int32(); topics > 0; topics--)
            {
                _ = cursor.Text();
                for (var count = cursor.Int32(); count > 0; count--)
                {
                    partitions.Add(cursor.Int32());
                }
            }
        }

        return [.. partitions];
    }

    private sealed class Cursor(byte[] bytes)
    {
        private int _at;

        public bool IsAtEnd => _at == bytes.Length;

        public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

        public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

        public string? Text() => Int16() is var length && length < 0 ? null : Encoding.UTF8.GetString(Take(length));

        public byte[] Bytes() => Take(Int32()).ToArray();

        private ReadOnlySpan<byte> Take(int count) => bytes.AsSpan((_at += count) - count, count);
    }
}
