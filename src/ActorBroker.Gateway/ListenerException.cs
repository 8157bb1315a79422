namespace ActorBroker.Gateway;

/// <summary>A listener can't be opened; the message names it, its setting and what to do.</summary>
public sealed class ListenerException : IOException
{
    /// <summary>Without a text.</summary>
    public ListenerException()
    {
    }

    /// <summary>With what is wrong.</summary>
    public ListenerException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong, and the system's own words for it.</summary>
    public ListenerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
