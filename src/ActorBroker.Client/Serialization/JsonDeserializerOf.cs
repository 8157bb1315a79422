using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorBroker.Client;

/// <summary>JSON in UTF-8.</summary>
internal sealed class JsonDeserializerOf<T>(JsonTypeInfo<T> type) : IDeserializer<T?>
{
    public T? Deserialize(ReadOnlySpan<byte> bytes, bool isNull, SerializationContext context)
    {
        if (isNull)
        {
            // For a type without null, its default would pass for a value.
            return default(T) is null
                ? default
                : throw new FormatException($"Null where {typeof(T).Name} is expected.");
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"Not {typeof(T).Name} in JSON: {exception.Message}", exception);
        }
    }
}
