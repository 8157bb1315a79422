namespace ActorBroker.Cli;

/// <summary>What the tool tells the shell.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The command was understood, and did not succeed.</summary>
    public const int Failure = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl+C, as shells count it.</summary>
    public const int Cancelled = 130;
}
