namespace ActorBroker.Storage;

/// <summary>A data folder that can't be used; the message is one line that says what to do.</summary>
public class LogDirectoryException : IOException
{
    /// <summary>Without a text.</summary>
    public LogDirectoryException()
    {
    }

    /// <summary>With the line to show.</summary>
    public LogDirectoryException(string message)
        : base(message)
    {
    }

    /// <summary>With the line to show and the cause.</summary>
    public LogDirectoryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
