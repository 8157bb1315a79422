using System.Buffers.Binary;

namespace ActorBroker.Records;

/// <summary>
/// CRC-32C (Castagnoli), the checksum of record batches and producer snapshots: the processor's instruction where there
/// is one, tables otherwise.
/// </summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of earlier bytes, whose checksum is <paramref name="crc"/>, followed by these.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes) =>
        ~(Crc32CHardware.IsSupported ? Crc32CHardware.Update(~crc, bytes) : UpdatePortable(~crc, bytes));

    /// <summary>Eight table look-ups for eight bytes ("slicing by 8"); the state is not inverted here.</summary>
    internal static uint UpdatePortable(uint state, ReadOnlySpan<byte> bytes)
    {
        var tables = Crc32CTables.Slices;
        while (bytes.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ state;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            state = tables[(7 * 256) + (int)(low & 0xFF)]
                ^ tables[(6 * 256) + (int)((low >> 8) & 0xFF)]
                ^ tables[(5 * 256) + (int)((low >> 16) & 0xFF)]
                ^ tables[(4 * 256) + (int)(low >> 24)]
                ^ tables[(3 * 256) + (int)(high & 0xFF)]
                ^ tables[(2 * 256) + (int)((high >> 8) & 0xFF)]
                ^ tables[256 + (int)((high >> 16) & 0xFF)]
                ^ tables[(int)(high >> 24)];
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            state = (state >> 8) ^ tables[(int)((state ^ value) & 0xFF)];
        }

        return state;
    }
}
