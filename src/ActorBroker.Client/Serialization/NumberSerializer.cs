using System.Buffers;
using System.Buffers.Binary;

namespace ActorBroker.Client;

/// <summary>Numbers, big-endian.</summary>
internal sealed class NumberSerializer :
    ISerializer<short>, ISerializer<int>, ISerializer<long>, ISerializer<float>, ISerializer<double>
{
    public static NumberSerializer Instance { get; } = new();

    public bool Serialize(short value, IBufferWriter<byte> output, SerializationContext context)
    {
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(sizeof(short)), value);
        output.Advance(sizeof(short));
        return true;
    }

    public bool Serialize(int value, IBufferWriter<byte> output, SerializationContext context)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
        return true;
    }

    public bool Serialize(long value, IBufferWriter<byte> output, SerializationContext context)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
        return true;
    }

    public bool Serialize(float value, IBufferWriter<byte> output, SerializationContext context) =>
        Serialize(BitConverter.SingleToInt32Bits(value), output, context);

    public bool Serialize(double value, IBufferWriter<byte> output, SerializationContext context) =>
        Serialize(BitConverter.DoubleToInt64Bits(value), output, context);
}
