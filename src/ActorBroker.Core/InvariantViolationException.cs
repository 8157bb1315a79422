namespace ActorBroker.Core;

/// <summary>Something that can't happen did: a bug, or memory or a disk that lies.</summary>
public sealed class InvariantViolationException : Exception
{
    /// <summary>Without a text.</summary>
    public InvariantViolationException()
    {
    }

    /// <summary>With the condition that did not hold.</summary>
    public InvariantViolationException(string message)
        : base(message)
    {
    }

    /// <summary>With a cause.</summary>
    public InvariantViolationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
