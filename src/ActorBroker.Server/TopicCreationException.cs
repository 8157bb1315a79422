using ActorBroker.Records;

namespace ActorBroker.Server;

/// <summary>The broker refused to create a topic.</summary>
public sealed class TopicCreationException : Exception
{
    internal TopicCreationException(string topic, ErrorCode error, string? reason)
        : base($"topic '{topic}' was not created: {reason ?? error.ToString()}")
    {
        Topic = topic;
        Error = error;
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>Kafka's error code, as a client would have got it.</summary>
    public ErrorCode Error { get; }
}
