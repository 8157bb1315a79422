namespace ActorBroker.Client;

/// <summary>What <see cref="Serializers"/> and <see cref="Deserializers"/> have, by type.</summary>
internal static class BuiltInSerializers
{
    private static readonly Dictionary<Type, (object Writer, object Reader)> ByType = new()
    {
        [typeof(string)] = (Serializers.Utf8, Deserializers.Utf8),
        [typeof(byte[])] = (Serializers.ByteArray, Deserializers.ByteArray),
        [typeof(ReadOnlyMemory<byte>)] = (Serializers.Bytes, Deserializers.Bytes),
        [typeof(Ignore)] = (Serializers.Ignore, Deserializers.Ignore),
        [typeof(short)] = (Serializers.Int16, Deserializers.Int16),
        [typeof(int)] = (Serializers.Int32, Deserializers.Int32),
        [typeof(long)] = (Serializers.Int64, Deserializers.Int64),
        [typeof(float)] = (Serializers.Single, Deserializers.Single),
        [typeof(double)] = (Serializers.Double, Deserializers.Double),
        [typeof(Guid)] = (Serializers.Guid, Deserializers.Guid),
        [typeof(short?)] = (Serializers.Nullable(Serializers.Int16), Deserializers.Nullable(Deserializers.Int16)),
        [typeof(int?)] = (Serializers.Nullable(Serializers.Int32), Deserializers.Nullable(Deserializers.Int32)),
        [typeof(long?)] = (Serializers.Nullable(Serializers.Int64), Deserializers.Nullable(Deserializers.Int64)),
        [typeof(float?)] = (Serializers.Nullable(Serializers.Single), Deserializers.Nullable(Deserializers.Single)),
        [typeof(double?)] = (Serializers.Nullable(Serializers.Double), Deserializers.Nullable(Deserializers.Double)),
        [typeof(Guid?)] = (Serializers.Nullable(Serializers.Guid), Deserializers.Nullable(Deserializers.Guid)),
    };

    public static ISerializer<T>? Find<T>() =>
        ByType.TryGetValue(typeof(T), out var found) ? (ISerializer<T>)found.Writer : null;

    public static IDeserializer<T>? FindReader<T>() =>
        ByType.TryGetValue(typeof(T), out var found) ? (IDeserializer<T>)found.Reader : null;
}
