namespace ActorBroker.Storage;

/// <summary>Another broker owns the data folder.</summary>
public sealed class DirectoryLockedException : LogDirectoryException
{
    /// <summary>Without a text.</summary>
    public DirectoryLockedException()
    {
    }

    /// <summary>With the line to show.</summary>
    public DirectoryLockedException(string message)
        : base(message)
    {
    }

    /// <summary>With the line to show and the cause.</summary>
    public DirectoryLockedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
