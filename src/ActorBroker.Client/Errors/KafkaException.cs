namespace ActorBroker.Client;

/// <summary>
/// Whatever went wrong between this client and a cluster; the message says what, where and what to do.
/// </summary>
public class KafkaException : Exception
{
    /// <summary>An exception without a message.</summary>
    public KafkaException()
    {
    }

    /// <summary>An exception that says <paramref name="message"/>.</summary>
    public KafkaException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public KafkaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>True where the same operation may succeed when repeated.</summary>
    public virtual bool IsRetriable => false;
}
