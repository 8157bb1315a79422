namespace ActorBroker.Client;

/// <summary>Where in a partition to begin.</summary>
public readonly record struct StartPosition
{
    private const long LatestSpec = -1;
    private const long EarliestSpec = -2;
    private const long CommittedSpec = -1000;

    private StartPosition(bool isOffset, long value)
    {
        IsOffset = isOffset;
        Value = value;
    }

    /// <summary>The oldest record that is still there.</summary>
    public static StartPosition Earliest { get; } = new(false, EarliestSpec);

    /// <summary>After the newest record.</summary>
    public static StartPosition Latest { get; } = new(false, LatestSpec);

    /// <summary>
    /// Where the consumer's group committed, or where the reset policy says; for consumers with a group only.
    /// </summary>
    public static StartPosition Committed { get; } = new(false, CommittedSpec);

    internal bool IsCommitted => !IsOffset && Value == CommittedSpec;

    /// <summary>True where <see cref="Value"/> is an offset; else it is a time, as ListOffsets takes it.</summary>
    internal bool IsOffset { get; }

    internal long Value { get; }

    /// <summary>An offset; it must exist, or be the end.</summary>
    public static StartPosition At(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new StartPosition(true, offset);
    }

    /// <summary>The first record whose timestamp is this or later; the end where there is none.</summary>
    public static StartPosition AtTime(DateTimeOffset time)
    {
        var ms = time.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(ms, nameof(time));
        return new StartPosition(false, ms);
    }
}
