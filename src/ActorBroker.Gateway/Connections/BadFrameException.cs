namespace ActorBroker.Gateway.Connections;

/// <summary>The peer broke the framing: the connection can't go on.</summary>
internal sealed class BadFrameException : Exception
{
    public BadFrameException()
    {
    }

    public BadFrameException(string message)
        : base(message)
    {
    }

    public BadFrameException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
