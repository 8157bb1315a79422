namespace ActorBroker.Core.Configuration;

/// <summary>
/// The settings can't be used. The message is one line that says which, where, and what to write instead.
/// </summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Without a text.</summary>
    public ConfigurationException()
    {
    }

    /// <summary>With the line.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>With a cause.</summary>
    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
