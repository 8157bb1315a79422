using System.Buffers;

namespace ActorBroker.Client;

/// <summary>Gives a type without null a null.</summary>
internal sealed class NullableSerializer<T>(ISerializer<T> serializer) : ISerializer<T?>
    where T : struct
{
    public bool Serialize(T? value, IBufferWriter<byte> output, SerializationContext context) =>
        value is { } some && serializer.Serialize(some, output, context);
}
