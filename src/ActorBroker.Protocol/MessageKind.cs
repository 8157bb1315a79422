namespace ActorBroker.Protocol;

/// <summary>Where a message stands.</summary>
public enum MessageKind
{
    /// <summary>The body of a request.</summary>
    Request,

    /// <summary>The body of a response.</summary>
    Response,

    /// <summary>Bytes inside a field of another message.</summary>
    Data,
}
