namespace ActorBroker.Broker.Cluster.Local;

/// <summary>What the links between brokers may take of memory and of time.</summary>
internal sealed record LinkLimits
{
    /// <summary>What each append counts on top of its records, so that empty ones are bounded too.</summary>
    public const int AppendOverhead = 512;

    /// <summary>Answers that a peer does not read, in bytes, before its link is closed.</summary>
    public const int AnswerBytesMax = 1 << 20;

    /// <summary>Connections that may exist before they have said who they are, and after.</summary>
    public const int IncomingMax = 256;

    /// <summary>
    /// Bytes on the way to one broker, and taken from one and not yet answered; one append may be more.
    /// </summary>
    public int InFlightBytesMax { get; init; } = 32 << 20;

    /// <summary>The largest frame: an append has at most one batch more than it is planned to have.</summary>
    public int FrameBytesMax { get; init; } = 128 << 20;

    /// <summary>A peer that has appends and answers none of them for so long is stuck.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a connection to be made and the hello to be answered.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause after the first failure to connect; it doubles from time to time.</summary>
    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromMilliseconds(500);
}
