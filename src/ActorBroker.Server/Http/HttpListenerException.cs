namespace ActorBroker.Server.Http;

/// <summary>The HTTP port can't be opened; the message names it, its setting and what to do.</summary>
public sealed class HttpListenerException : IOException
{
    /// <summary>Without a text.</summary>
    public HttpListenerException()
    {
    }

    /// <summary>With what is wrong.</summary>
    public HttpListenerException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong, and the system's own words for it.</summary>
    public HttpListenerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
