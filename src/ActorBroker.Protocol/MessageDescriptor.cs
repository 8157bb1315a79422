namespace ActorBroker.Protocol;

/// <summary>One message as data, so that tables and tests can walk all of them without reflection.</summary>
public sealed class MessageDescriptor
{
    private readonly MessageReader _read;

    private MessageDescriptor(Type type, MessageKind kind, ApiKey? apiKey, VersionSpan versions, MessageReader read)
    {
        Type = type;
        Kind = kind;
        ApiKey = apiKey;
        Versions = versions;
        _read = read;
    }

    private delegate IApiMessage MessageReader(ref KafkaReader reader, short version);

    /// <summary>The message's class.</summary>
    public Type Type { get; }

    /// <summary>The name of the message's class.</summary>
    public string Name => Type.Name;

    /// <summary>Request, response or embedded data.</summary>
    public MessageKind Kind { get; }

    /// <summary>The API; null for embedded data.</summary>
    public ApiKey? ApiKey { get; }

    /// <summary>The versions that the codec knows.</summary>
    public VersionSpan Versions { get; }

    /// <summary>Decodes one version of the message.</summary>
    public IApiMessage Read(ref KafkaReader reader, short version) => _read(ref reader, version);

    /// <inheritdoc cref="Name"/>
    public override string ToString() => Name;

    internal static MessageDescriptor Request<T>()
        where T : class, IApiRequest<T> => Of<T>(MessageKind.Request, T.ApiKey);

    internal static MessageDescriptor Response<T>()
        where T : class, IApiResponse<T> => Of<T>(MessageKind.Response, T.ApiKey);

    internal static MessageDescriptor Data<T>()
        where T : class, IApiMessage<T> => Of<T>(MessageKind.Data, null);

    private static MessageDescriptor Of<T>(MessageKind kind, ApiKey? apiKey)
        where T : class, IApiMessage<T> =>
        new(
            typeof(T),
            kind,
            apiKey,
            new VersionSpan(T.LowestVersion, T.HighestVersion, T.FirstFlexibleVersion),
            static (ref reader, version) => T.Read(ref reader, version));
}
