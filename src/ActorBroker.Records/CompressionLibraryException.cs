namespace ActorBroker.Records;

/// <summary>
/// A codec needs a system library that is not installed, or that failed. The message says which and what to do.
/// </summary>
public sealed class CompressionLibraryException : Exception
{
    /// <summary>Without a message.</summary>
    public CompressionLibraryException()
    {
    }

    /// <summary>With a message that names the library.</summary>
    public CompressionLibraryException(string message)
        : base(message)
    {
    }

    /// <summary>With a message that names the library, and the cause.</summary>
    public CompressionLibraryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
