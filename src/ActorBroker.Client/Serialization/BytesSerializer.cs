using System.Buffers;

namespace ActorBroker.Client;

/// <summary>Bytes as they are, and nothing at all.</summary>
internal sealed class BytesSerializer :
    ISerializer<byte[]?>, ISerializer<ReadOnlyMemory<byte>>, ISerializer<Ignore>
{
    public static BytesSerializer Instance { get; } = new();

    public bool Serialize(byte[]? value, IBufferWriter<byte> output, SerializationContext context)
    {
        output.Write(value);
        return value is not null;
    }

    public bool Serialize(ReadOnlyMemory<byte> value, IBufferWriter<byte> output, SerializationContext context)
    {
        output.Write(value.Span);
        return true;
    }

    public bool Serialize(Ignore value, IBufferWriter<byte> output, SerializationContext context) => false;
}
