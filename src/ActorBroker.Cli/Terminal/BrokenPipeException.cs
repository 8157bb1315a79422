namespace ActorBroker.Cli;

/// <summary>Whoever read standard output has closed it: there is nobody left to write for.</summary>
internal sealed class BrokenPipeException : IOException
{
    public BrokenPipeException()
        : base("Standard output was closed.")
    {
    }
}
