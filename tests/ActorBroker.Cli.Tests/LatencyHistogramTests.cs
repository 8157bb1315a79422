using ActorBroker.Cli.Bench;

namespace ActorBroker.Cli.Tests;

/// <summary>The histogram's answers against the sorted list that it stands for.</summary>
public sealed class LatencyHistogramTests
{
    private const double ErrorMax = 1.0 / 1024;

    private static readonly double[] Parts = [0, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1];

    [Theory]
    [InlineData(1, 100)]
    [InlineData(1000, 3_000)]
    [InlineData(20_000, 5_000_000)]
    [InlineData(20_000, 3_000_000_000)]
    [InlineData(50_000, LatencyHistogram.ValueMax)]
    public void Every_percentile_is_at_most_one_part_in_1024_above_the_true_one(int count, long limit)
    {
        var random = new Random(count);
        var histogram = new LatencyHistogram();

        // As latencies are: as many between 1 and 10 us as between 1 and 10 s.
        var values = Enumerable.Range(0, count).Select(_ => (long)Math.Pow(limit, random.NextDouble())).ToArray();
        Array.ForEach(values, histogram.Record);
        Array.Sort(values);

        Assert.Equal(count, histogram.Count);
        Assert.Equal(values[^1], histogram.Max);
        foreach (var part in Parts)
        {
            var exact = values[Math.Min((long)(count * part), count - 1)];
            var told = histogram.ValueAt(part);
            Assert.True(told >= exact && told <= exact * (1 + ErrorMax), $"{part}: {told} instead of {exact}");
        }
    }

    [Fact]
    public void Small_values_are_exact()
    {
        for (var value = 0L; value < 2048; value++)
        {
            var histogram = new LatencyHistogram();
            histogram.Record(value);
            histogram.Record(LatencyHistogram.ValueMax);
            Assert.Equal(value, histogram.ValueAt(0));
        }
    }

    [Fact]
    public void Values_at_the_edges_of_buckets_keep_their_order()
    {
        for (var magnitude = 10; magnitude < 42; magnitude++)
        {
            foreach (var value in new[] { (1L << magnitude) - 1, 1L << magnitude, (1L << magnitude) + 1 })
            {
                var histogram = new LatencyHistogram();
                histogram.Record(value);
                histogram.Record(LatencyHistogram.ValueMax);
                Assert.InRange(histogram.ValueAt(0), value, (long)(value * (1 + ErrorMax)));
            }
        }
    }

    [Fact]
    public void What_is_out_of_range_counts_at_its_end()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);
        histogram.Record(long.MaxValue);
        Assert.Equal((2, 0, LatencyHistogram.ValueMax), (histogram.Count, histogram.ValueAt(0), histogram.Max));
    }

    [Fact]
    public void Without_values_everything_is_zero()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal((0, 0), (histogram.ValueAt(0.5), histogram.Max));
    }
}
