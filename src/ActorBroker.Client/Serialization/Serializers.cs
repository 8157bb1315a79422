using System.Text.Json.Serialization.Metadata;

namespace ActorBroker.Client;

/// <summary>
/// The built-in serializers. They write what the serializers of the same names in Kafka's Java client write: numbers
/// big-endian, text in UTF-8, GUIDs as their text.
/// </summary>
public static class Serializers
{
    /// <summary>Writes null.</summary>
    public static ISerializer<Ignore> Ignore => BytesSerializer.Instance;

    /// <summary>Text in UTF-8; null is null.</summary>
    public static ISerializer<string?> Utf8 => TextSerializer.Instance;

    /// <summary>The bytes as they are; null is null.</summary>
    public static ISerializer<byte[]?> ByteArray => BytesSerializer.Instance;

    /// <summary>The bytes as they are.</summary>
    public static ISerializer<ReadOnlyMemory<byte>> Bytes => BytesSerializer.Instance;

    /// <summary>Two bytes.</summary>
    public static ISerializer<short> Int16 => NumberSerializer.Instance;

    /// <summary>Four bytes.</summary>
    public static ISerializer<int> Int32 => NumberSerializer.Instance;

    /// <summary>Eight bytes.</summary>
    public static ISerializer<long> Int64 => NumberSerializer.Instance;

    /// <summary>Four bytes, IEEE 754 binary32.</summary>
    public static ISerializer<float> Single => NumberSerializer.Instance;

    /// <summary>Eight bytes, IEEE 754 binary64.</summary>
    public static ISerializer<double> Double => NumberSerializer.Instance;

    /// <summary>The 36 characters of the text form, lower-case.</summary>
    public static ISerializer<Guid> Guid => TextSerializer.Instance;

    /// <summary>Null for null; else what the serializer of the value writes.</summary>
    public static ISerializer<T?> Nullable<T>(ISerializer<T> serializer)
        where T : struct =>
        new NullableSerializer<T>(serializer);

    /// <summary>JSON by source generation, without reflection; a null value is null, not the text "null".</summary>
    /// <param name="type">The type's member of a <c>JsonSerializerContext</c>.</param>
    public static ISerializer<T> Json<T>(JsonTypeInfo<T> type) => new JsonSerializerOf<T>(type);
}
