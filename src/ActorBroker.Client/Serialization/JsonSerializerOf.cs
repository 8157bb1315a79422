using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ActorBroker.Client;

/// <summary>JSON in UTF-8, straight into the output.</summary>
internal sealed class JsonSerializerOf<T>(JsonTypeInfo<T> type) : ISerializer<T>
{
    // One writer is kept for whoever comes first; under contention the others make their own.
    private Utf8JsonWriter? _spare;

    public bool Serialize(T value, IBufferWriter<byte> output, SerializationContext context)
    {
        if (value is null)
        {
            return false;
        }

        var writer = Interlocked.Exchange(ref _spare, null);
        if (writer is null)
        {
            writer = new Utf8JsonWriter(output, NewOptions(type.Options));
        }
        else
        {
            writer.Reset(output);
        }

        try
        {
            JsonSerializer.Serialize(writer, value, type);
            writer.Flush();
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new FormatException($"{typeof(T).Name} does not write as JSON: {exception.Message}", exception);
        }

        // Not kept after a failure: it might be in the middle of something.
        Volatile.Write(ref _spare, writer);
        return true;
    }

    private static JsonWriterOptions NewOptions(JsonSerializerOptions options) => new()
    {
        Encoder = options.Encoder,
        Indented = options.WriteIndented,
        MaxDepth = options.MaxDepth,
        SkipValidation = true,
    };
}
