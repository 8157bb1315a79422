using System.Buffers.Binary;

namespace ActorBroker.Records;

/// <summary>The 32-bit murmur2 hash by which Kafka's clients place keyed records on partitions.</summary>
public static class Murmur2
{
    private const uint Seed = 0x9747B28C;
    private const uint Multiplier = 0x5BD1E995;

    /// <summary>The hash; a partition is its low 31 bits modulo the number of partitions.</summary>
    public static int Hash(ReadOnlySpan<byte> key)
    {
        var hash = Seed ^ (uint)key.Length;
        for (; key.Length >= 4; key = key[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(key) * Multiplier;
            word = (word ^ (word >> 24)) * Multiplier;
            hash = (hash * Multiplier) ^ word;
        }

        if (!key.IsEmpty)
        {
            uint tail = 0;
            for (var i = 0; i < key.Length; i++)
            {
                tail |= (uint)key[i] << (8 * i);
            }

            hash = (hash ^ tail) * Multiplier;
        }

        hash = (hash ^ (hash >> 13)) * Multiplier;
        return (int)(hash ^ (hash >> 15));
    }

    /// <summary>The partition that Kafka's default partitioner gives a key.</summary>
    public static int Partition(ReadOnlySpan<byte> key, int partitionCount) =>
        (Hash(key) & int.MaxValue) % partitionCount;
}
