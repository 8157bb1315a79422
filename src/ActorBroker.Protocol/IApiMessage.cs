namespace ActorBroker.Protocol;

/// <summary>A message whose fields are the union of all its versions.</summary>
public interface IApiMessage
{
    /// <summary>Appends the fields of one version.</summary>
    /// <exception cref="ProtocolException">A set field, or a null, that the version cannot carry.</exception>
    void Write(KafkaWriter writer, short version);
}

/// <summary>What generic code needs to decode a message: its versions and its reader.</summary>
public interface IApiMessage<TSelf> : IApiMessage
    where TSelf : IApiMessage<TSelf>
{
    /// <summary>The oldest version.</summary>
    static abstract short LowestVersion { get; }

    /// <summary>The newest version.</summary>
    static abstract short HighestVersion { get; }

    /// <summary>The first version with compact lengths and tagged fields; 32767 when there is none.</summary>
    static abstract short FirstFlexibleVersion { get; }

    /// <summary>Decodes one version; malformed input leaves the reader faulted and the message useless.</summary>
    /// <exception cref="ProtocolException">The message has no such version.</exception>
    static abstract TSelf Read(ref KafkaReader reader, short version);
}

/// <summary>A request body.</summary>
public interface IApiRequest<TSelf> : IApiMessage<TSelf>
    where TSelf : IApiRequest<TSelf>
{
    /// <summary>The API that the request calls.</summary>
    static abstract ApiKey ApiKey { get; }
}

/// <summary>A response body.</summary>
public interface IApiResponse<TSelf> : IApiMessage<TSelf>
    where TSelf : IApiResponse<TSelf>
{
    /// <summary>The API that answers with it.</summary>
    static abstract ApiKey ApiKey { get; }
}
