namespace ActorBroker.Client;

/// <summary>
/// The other end sent bytes that are not an answer of Kafka's protocol, or a batch whose checksum is wrong.
/// </summary>
public sealed class ProtocolViolationException : KafkaException
{
    /// <summary>A violation that <paramref name="message"/> describes.</summary>
    public ProtocolViolationException(string message)
        : base(message)
    {
    }
}
