using ActorBroker.Protocol.Messages;

namespace ActorBroker.Protocol;

/// <summary>The table of the APIs that have messages, by key.</summary>
public static class ApiKeys
{
    private static readonly ApiInfo?[] ByKey = Build();

    /// <summary>All of them, in the order of their keys.</summary>
    public static IReadOnlyList<ApiInfo> All { get; } = [.. ByKey.OfType<ApiInfo>()];

    /// <summary>The API of a key as it came from the wire; null where there is none.</summary>
    public static ApiInfo? Find(short key) => key >= 0 && key < ByKey.Length ? ByKey[key] : null;

    /// <summary>The API of a key that has messages.</summary>
    /// <exception cref="ProtocolException">The key has no messages.</exception>
    public static ApiInfo Get(ApiKey key) =>
        Find((short)key) ?? throw new ProtocolException($"There are no messages for {key}.");

    private static ApiInfo?[] Build()
    {
        var table = new ApiInfo?[MessageRegistry.All.Max(message => (int)(message.ApiKey ?? 0)) + 1];
        foreach (var request in MessageRegistry.All.Where(message => message.Kind == MessageKind.Request))
        {
            var key = request.ApiKey!.Value;
            var response = MessageRegistry.All.Single(
                message => message.Kind == MessageKind.Response && message.ApiKey == key);
            table[(int)key] = new ApiInfo(key, request, response);
        }

        return table;
    }
}
