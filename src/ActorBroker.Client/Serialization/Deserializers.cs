using System.Text.Json.Serialization.Metadata;

namespace ActorBroker.Client;

/// <summary>
/// The built-in deserializers, the counterparts of <see cref="Serializers"/>. Those whose type has no null refuse a
/// null by a <see cref="FormatException"/>: wrap them by <see cref="Nullable"/> where tombstones may come.
/// </summary>
public static class Deserializers
{
    /// <summary>Reads nothing, whatever is there.</summary>
    public static IDeserializer<Ignore> Ignore => BytesDeserializer.Instance;

    /// <summary>Text in UTF-8; null is null. Bytes that are not UTF-8 become U+FFFD.</summary>
    public static IDeserializer<string?> Utf8 => TextDeserializer.Instance;

    /// <summary>A copy of the bytes; null is null.</summary>
    public static IDeserializer<byte[]?> ByteArray => BytesDeserializer.Instance;

    /// <summary>A copy of the bytes; read batch by batch instead where copies cost too much.</summary>
    public static IDeserializer<ReadOnlyMemory<byte>> Bytes => BytesDeserializer.Instance;

    /// <summary>Two bytes.</summary>
    public static IDeserializer<short> Int16 => NumberDeserializer.Instance;

    /// <summary>Four bytes.</summary>
    public static IDeserializer<int> Int32 => NumberDeserializer.Instance;

    /// <summary>Eight bytes.</summary>
    public static IDeserializer<long> Int64 => NumberDeserializer.Instance;

    /// <summary>Four bytes, IEEE 754 binary32.</summary>
    public static IDeserializer<float> Single => NumberDeserializer.Instance;

    /// <summary>Eight bytes, IEEE 754 binary64.</summary>
    public static IDeserializer<double> Double => NumberDeserializer.Instance;

    /// <summary>The 36 characters of the text form, in either case.</summary>
    public static IDeserializer<Guid> Guid => TextDeserializer.Instance;

    /// <summary>Null for null; else what the deserializer of the value reads.</summary>
    public static IDeserializer<T?> Nullable<T>(IDeserializer<T> deserializer)
        where T : struct =>
        new NullableDeserializer<T>(deserializer);

    /// <summary>JSON by source generation, without reflection; null is null where the type has one.</summary>
    /// <param name="type">The type's member of a <c>JsonSerializerContext</c>.</param>
    public static IDeserializer<T?> Json<T>(JsonTypeInfo<T> type) => new JsonDeserializerOf<T>(type);
}
