namespace ActorBroker.Client;

/// <summary>A connection could not be opened, or was lost; what was under way may or may not have happened.</summary>
public sealed class ConnectionFailedException : KafkaException
{
    /// <summary>A failure that <paramref name="message"/> describes.</summary>
    public ConnectionFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override bool IsRetriable => true;
}
