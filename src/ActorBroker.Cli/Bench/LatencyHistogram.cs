using System.Numerics;

namespace ActorBroker.Cli.Bench;

/// <summary>
/// Counts latencies in buckets that widen with the value, so that memory is fixed and every answer is at most one part
/// in 1024 above the true value. A power of two is cut into 1024 equal buckets; below 1024 ns each value has its own.
/// </summary>
/// <remarks>One writer at a time. Values are nanoseconds; above <see cref="ValueMax"/> they count as that.</remarks>
internal sealed class LatencyHistogram
{
    /// <summary>More than an hour.</summary>
    public const long ValueMax = (1L << MagnitudeMax) - 1;

    private const int BucketBits = 10;
    private const int Buckets = 1 << BucketBits;
    private const int MagnitudeMax = 42;

    private readonly long[] _counts = new long[(MagnitudeMax - BucketBits + 1) * Buckets];

    /// <summary>How many values there are.</summary>
    public long Count { get; private set; }

    /// <summary>The largest value; 0 for none.</summary>
    public long Max { get; private set; }

    public void Record(long nanoseconds)
    {
        var value = Math.Clamp(nanoseconds, 0, ValueMax);
        _counts[IndexOf(value)]++;
        Count++;
        Max = Math.Max(Max, value);
    }

    /// <summary>The value below which this part of all values lies, as sorted lists are asked: [n * part].</summary>
    public long ValueAt(double part)
    {
        var rank = Math.Min((long)(Count * part), Count - 1);
        var seen = 0L;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen > rank)
            {
                return Math.Min(HighestIn(index), Max);
            }
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        var magnitude = Magnitude(value);
        return (magnitude << BucketBits) + (int)((value >> Shift(magnitude)) & (Buckets - 1));
    }

    private static long HighestIn(int index)
    {
        var magnitude = index >> BucketBits;
        var shift = Shift(magnitude);
        var lowest = (long)(index & (Buckets - 1)) << shift;
        return lowest + (magnitude == 0 ? 0 : (long)Buckets << shift) + (1L << shift) - 1;
    }

    /// <summary>0 for values below 1024, then one more for each power of two.</summary>
    private static int Magnitude(long value) =>
        Math.Max(BitOperations.Log2((ulong)value) - BucketBits + 1, 0);

    private static int Shift(int magnitude) => Math.Max(magnitude - 1, 0);
}
