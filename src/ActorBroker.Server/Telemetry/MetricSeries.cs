namespace ActorBroker.Server.Telemetry;

/// <summary>One instrument's measurements with one set of tags. Recording neither locks nor allocates.</summary>
internal sealed class MetricSeries(TagSet tags, double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _value;

    /// <summary>Its tags.</summary>
    public TagSet Tags => tags;

    /// <summary>The last scrape in which it was observed.</summary>
    public int Round { get; private set; }

    /// <summary>The total, the value, or a histogram's sum.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <summary>Measurements up to each bound and above the last one; not cumulative.</summary>
    public ReadOnlySpan<long> Buckets => _buckets;

    /// <summary>Adds to the total.</summary>
    public void Add(double amount)
    {
        double before;
        do
        {
            before = Volatile.Read(ref _value);
        }
        while (Interlocked.CompareExchange(ref _value, before + amount, before) != before);
    }

    /// <summary>Takes the value.</summary>
    public void Set(double value, int round)
    {
        Volatile.Write(ref _value, value);
        Round = round;
    }

    /// <summary>Counts a measurement: bounds are inclusive.</summary>
    public void Count(double value)
    {
        if (double.IsNaN(value))
        {
            return;
        }

        var index = Array.BinarySearch(bounds!, value);
        Interlocked.Increment(ref _buckets![index < 0 ? ~index : index]);
        Add(value);
    }
}
