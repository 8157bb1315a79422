using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ActorBroker.Client;

/// <summary>
/// Finds what writes and reads a type: what the application registered, else what is built in, else JSON by
/// <see cref="ActorBrokerClientOptions.Json"/>.
/// </summary>
internal sealed class SerializerSource(IServiceProvider services, IOptions<ActorBrokerClientOptions> options)
{
    private readonly Lazy<JsonSerializerOptions?> _json = new(() => options.Value.Json switch
    {
        null => null,
        JsonSerializerContext context => context.Options,
        var resolver => new JsonSerializerOptions { TypeInfoResolver = resolver },
    });

    /// <exception cref="InvalidOperationException">There is none; one line says what to do.</exception>
    public ISerializer<T> SerializerOf<T>(string topic, RecordPart part) =>
        services.GetService<ISerializer<T>>()
        ?? BuiltInSerializers.Find<T>()
        ?? (JsonOf<T>() is { } json ? Serializers.Json(json) : throw Missing<T>("ISerializer", topic, part));

    /// <exception cref="InvalidOperationException">There is none; one line says what to do.</exception>
    public IDeserializer<T> DeserializerOf<T>(string topic, RecordPart part) =>
        services.GetService<IDeserializer<T>>()
        ?? BuiltInSerializers.FindReader<T>()
        ?? (JsonOf<T>() is { } json
            ? (IDeserializer<T>)Deserializers.Json(json)
            : throw Missing<T>("IDeserializer", topic, part));

    private JsonTypeInfo<T>? JsonOf<T>() =>
        _json.Value is { } json && json.TryGetTypeInfo(typeof(T), out var type) ? (JsonTypeInfo<T>)type : null;

    private static InvalidOperationException Missing<T>(string wanted, string topic, RecordPart part) => new(
        $"Nothing is registered for {typeof(T)}, the type of the {(part == RecordPart.Key ? "keys" : "values")} of " +
        $"topic '{topic}': register an {wanted}<{typeof(T).Name}>, or set {nameof(ActorBrokerClientOptions)}." +
        $"{nameof(ActorBrokerClientOptions.Json)} to a JsonSerializerContext with " +
        $"[JsonSerializable(typeof({typeof(T).Name}))].");
}
