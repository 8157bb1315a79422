namespace ActorBroker.Client;

/// <summary>An answer or an operation took longer than the options allow.</summary>
public sealed class ClientTimeoutException : KafkaException
{
    /// <summary>A time-out that <paramref name="message"/> describes.</summary>
    public ClientTimeoutException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override bool IsRetriable => true;
}
