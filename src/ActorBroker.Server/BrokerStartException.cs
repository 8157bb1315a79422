namespace ActorBroker.Server;

/// <summary>
/// The broker could not start. The message is one line that says what is wrong and what to do; nothing of the broker
/// is left running.
/// </summary>
public sealed class BrokerStartException : Exception
{
    internal BrokerStartException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
