namespace ActorBroker.Client;

/// <summary>Which offset of a partition to look up.</summary>
public readonly record struct OffsetSpec
{
    private OffsetSpec(long value) => Value = value;

    /// <summary>The oldest record that is still there.</summary>
    public static OffsetSpec Earliest { get; } = new(-2);

    /// <summary>After the newest record that consumers may see.</summary>
    public static OffsetSpec Latest { get; } = new(-1);

    /// <summary>The record with the largest timestamp.</summary>
    public static OffsetSpec MaxTimestamp { get; } = new(-3);

    /// <summary>As ListOffsets takes it.</summary>
    internal long Value { get; }

    /// <summary>The first record whose timestamp is this or later.</summary>
    public static OffsetSpec AtTime(DateTimeOffset time)
    {
        var ms = time.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(ms, nameof(time));
        return new OffsetSpec(ms);
    }
}
