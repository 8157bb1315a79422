using System.Buffers.Binary;

namespace ActorBroker.Client;

/// <summary>Numbers, big-endian, of exactly their size.</summary>
internal sealed class NumberDeserializer :
    IDeserializer<short>, IDeserializer<int>, IDeserializer<long>, IDeserializer<float>, IDeserializer<double>
{
    public static NumberDeserializer Instance { get; } = new();

    short IDeserializer<short>.Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        BinaryPrimitives.ReadInt16BigEndian(Sized(bytes, isNull, sizeof(short)));

    int IDeserializer<int>.Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        BinaryPrimitives.ReadInt32BigEndian(Sized(bytes, isNull, sizeof(int)));

    long IDeserializer<long>.Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        BinaryPrimitives.ReadInt64BigEndian(Sized(bytes, isNull, sizeof(long)));

    float IDeserializer<float>.Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        BinaryPrimitives.ReadSingleBigEndian(Sized(bytes, isNull, sizeof(float)));

    double IDeserializer<double>.Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        BinaryPrimitives.ReadDoubleBigEndian(Sized(bytes, isNull, sizeof(double)));

    private static ReadOnlySpan<byte> Sized(ReadOnlySpan<byte> bytes, bool isNull, int size)
    {
        if (isNull || bytes.Length != size)
        {
            throw new FormatException(
                $"{(isNull ? "Null" : $"{bytes.Length} bytes")} where a number of {size} bytes is expected.");
        }

        return bytes;
    }
}
