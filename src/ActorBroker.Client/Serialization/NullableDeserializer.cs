namespace ActorBroker.Client;

/// <summary>Gives a type without null a null.</summary>
internal sealed class NullableDeserializer<T>(IDeserializer<T> deserializer) : IDeserializer<T?>
    where T : struct
{
    public T? Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context) =>
        isNull ? null : deserializer.Deserialize(bytes, isNull: false, context);
}
