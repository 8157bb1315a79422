using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Assignors.Wire;

/// <summary>
/// The user data of the sticky assignors. <c>sticky</c>: what a member owned before it gave everything up to join (v0),
/// and in which generation (v1); the bytes do not say which of the two they are. <c>cooperative-sticky</c>: the
/// generation alone, for members whose subscription has no field for it.
/// </summary>
public static class StickyUserData
{
    private const int TopicSizeMin = 6;
    private const int IndexSize = 4;

    /// <summary>The user data of <c>sticky</c>, v1.</summary>
    public static byte[] Write(IReadOnlyCollection<TopicPartition> owned, int generation)
    {
        using var writer = new KafkaWriter();
        var topics = PartitionLists.ByTopic(owned);
        writer.WriteInt32(topics.Count);
        foreach (var (topic, partitions) in topics)
        {
            writer.WriteString(topic, compact: false);
            writer.WriteInt32(partitions.Count);
            foreach (var partition in partitions)
            {
                writer.WriteInt32(partition);
            }
        }

        writer.WriteInt32(generation);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Reads the user data of <c>sticky</c>, v1 or v0; false, and nothing owned, for other bytes.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte>? bytes, out IReadOnlyList<TopicPartition> owned, out int generation)
    {
        owned = [];
        generation = -1;
        if (bytes is not { } present)
        {
            return false;
        }

        var reader = new KafkaReader(present);
        var partitions = new List<TopicPartition>();
        for (var topics = reader.ReadArrayLength(compact: false, TopicSizeMin); topics > 0 && !reader.Faulted; topics--)
        {
            var topic = reader.ReadString(compact: false);
            for (var left = reader.ReadArrayLength(compact: false, IndexSize); left > 0; left--)
            {
                partitions.Add(new TopicPartition(topic, reader.ReadInt32()));
            }
        }

        if (reader.Faulted)
        {
            return false;
        }

        owned = partitions;
        generation = reader.Remaining >= sizeof(int) ? reader.ReadInt32() : -1;
        return true;
    }

    /// <summary>The user data of <c>cooperative-sticky</c>.</summary>
    public static byte[] WriteGeneration(int generation)
    {
        using var writer = new KafkaWriter();
        writer.WriteInt32(generation);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>The generation in the user data of <c>cooperative-sticky</c>; -1 where there is none.</summary>
    public static int ReadGeneration(ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is not { Length: >= sizeof(int) } present)
        {
            return -1;
        }

        var reader = new KafkaReader(present);
        return reader.ReadInt32();
    }
}
