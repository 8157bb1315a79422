namespace ActorBroker.Chaos.Faults;

/// <summary>What is told of one kind of fault.</summary>
internal sealed class FaultTally(string name)
{
    public string Name { get; } = name;

    /// <summary>How often it was injected.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// The longest time in which a partition acknowledged nothing, from the fault until all was whole.
    /// </summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>The longest time from its end until all replicas were in sync again.</summary>
    public TimeSpan LongestHealing { get; private set; }

    /// <summary>It was injected once more.</summary>
    public void Add(TimeSpan gap, TimeSpan healing)
    {
        Count++;
        LongestGap = gap > LongestGap ? gap : LongestGap;
        LongestHealing = healing > LongestHealing ? healing : LongestHealing;
    }
}
