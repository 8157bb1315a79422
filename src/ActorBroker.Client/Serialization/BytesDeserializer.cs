namespace ActorBroker.Client;

/// <summary>Copies of the bytes, and nothing at all.</summary>
internal sealed class BytesDeserializer :
    IDeserializer<byte[]?>, IDeserializer<ReadOnlyMemory<byte>>, IDeserializer<Ignore>
{
    public static BytesDeserializer Instance { get; } = new();

    byte[]? IDeserializer<byte[]?>.Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        isNull ? null : bytes.ToArray();

    ReadOnlyMemory<byte> IDeserializer<ReadOnlyMemory<byte>>.Deserialize(
        ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        isNull ? throw new FormatException("Null where bytes are expected.") : bytes.ToArray();

    Ignore IDeserializer<Ignore>.Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        default;
}
