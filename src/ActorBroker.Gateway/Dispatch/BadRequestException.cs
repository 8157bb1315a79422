namespace ActorBroker.Gateway.Dispatch;

/// <summary>A request's body is malformed: the connection is closed without a reply, as Kafka does.</summary>
internal sealed class BadRequestException : Exception
{
    public BadRequestException()
    {
    }

    public BadRequestException(string message)
        : base(message)
    {
    }

    public BadRequestException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
