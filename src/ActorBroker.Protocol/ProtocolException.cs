namespace ActorBroker.Protocol;

/// <summary>
/// A message that its version cannot carry. It is the writer's mistake, never the peer's: bytes that do not decode
/// leave a faulted <see cref="KafkaReader"/> and throw nothing.
/// </summary>
public sealed class ProtocolException : InvalidOperationException
{
    /// <summary>A protocol exception without a text.</summary>
    public ProtocolException()
    {
    }

    /// <summary>A protocol exception that says what does not fit.</summary>
    public ProtocolException(string message)
        : base(message)
    {
    }

    /// <summary>A protocol exception with its cause.</summary>
    public ProtocolException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal static ProtocolException UnknownVersion(string message, short version) =>
        new($"{message} has no version {version}.");

    internal static ProtocolException NotInVersion(string field, short version) =>
        new($"{field} has a value, and version {version} does not have the field.");

    internal static ProtocolException NullInVersion(string field, short version) =>
        new($"{field} is null, which version {version} does not allow.");
}
