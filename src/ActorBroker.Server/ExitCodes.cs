namespace ActorBroker.Server;

/// <summary>What the process tells whoever started it.</summary>
internal static class ExitCodes
{
    /// <summary>It was asked to stop, and did so in order.</summary>
    public const int Stopped = 0;

    /// <summary>It could not start, or could not stop in order.</summary>
    public const int Failed = 1;

    /// <summary>A setting is wrong.</summary>
    public const int Configuration = 2;
}
