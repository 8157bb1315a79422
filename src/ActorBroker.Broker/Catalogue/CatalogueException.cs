namespace ActorBroker.Broker.Catalogue;

/// <summary>The catalogue can't be read; the message names the file and says what to do.</summary>
public sealed class CatalogueException : Exception
{
    /// <summary>Without a text.</summary>
    public CatalogueException()
    {
    }

    /// <summary>With what is wrong.</summary>
    public CatalogueException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and why.</summary>
    public CatalogueException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
