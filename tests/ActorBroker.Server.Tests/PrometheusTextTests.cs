using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using ActorBroker.Broker;
using ActorBroker.Server.Telemetry;

namespace ActorBroker.Server.Tests;

/// <summary>The text that Prometheus reads, against the rules of its format.</summary>
public sealed class PrometheusTextTests : IDisposable
{
    private readonly BrokerMeters _meters = new(1);
    private readonly MetricsCollector _collector;
    private readonly Meter _meter;

    public PrometheusTextTests()
    {
        _collector = new MetricsCollector(_meters);
        _meter = _meters.Create("Test");
    }

    [Theory]
    [InlineData("a.b.duration", "s", "a_b_duration_seconds")]
    [InlineData("a.bytes_in", "By", "a_bytes_in")]
    [InlineData("a.log.size", "By", "a_log_size_bytes")]
    [InlineData("a.records-in", "{record}", "a_records_in")]
    [InlineData("9lives", null, "_9lives")]
    public void A_name_gets_underscores_and_its_unit(string name, string? unit, string expected)
        => Assert.Equal(expected, PrometheusText.FamilyName(name, unit));

    [Fact]
    public void A_counter_has_type_help_and_a_sample_for_each_set_of_tags()
    {
        var counter = _meter.CreateCounter<long>("a.requests", "{request}", "Line one\nwith a \\.");
        counter.Add(2, new KeyValuePair<string, object?>("api.name", "Say \"hi\"\n\\"));
        counter.Add(3, new KeyValuePair<string, object?>("api.name", "Say \"hi\"\n\\"));
        counter.Add(1, new KeyValuePair<string, object?>("api.name", "Fetch"));

        var lines = Scrape("a_requests", openMetrics: false);

        Assert.Equal("# TYPE a_requests_total counter", lines[0]);
        Assert.Equal("# HELP a_requests_total Line one\\nwith a \\\\.", lines[1]);
        Assert.Equal(
            ["a_requests_total{api_name=\"Fetch\"} 1", "a_requests_total{api_name=\"Say \\\"hi\\\"\\n\\\\\"} 5"],
            lines[2..].Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_histogram_counts_into_cumulative_buckets_whose_bounds_are_inclusive()
    {
        var histogram = _meter.CreateHistogram(
            "a.time", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2] });
        foreach (var value in new[] { 0.25, 0.5, 1, 1.5, 9 })
        {
            histogram.Record(value, new KeyValuePair<string, object?>("api", "x"));
        }

        Assert.Equal(
            [
                "# TYPE a_time_seconds histogram",
                "a_time_seconds_bucket{api=\"x\",le=\"0.5\"} 2",
                "a_time_seconds_bucket{api=\"x\",le=\"1\"} 3",
                "a_time_seconds_bucket{api=\"x\",le=\"2\"} 4",
                "a_time_seconds_bucket{api=\"x\",le=\"+Inf\"} 5",
                "a_time_seconds_sum{api=\"x\"} 12.25",
                "a_time_seconds_count{api=\"x\"} 5",
            ],
            Scrape("a_time", openMetrics: false));
    }

    [Fact]
    public void OpenMetrics_names_families_without_total_tells_units_and_ends_with_a_mark()
    {
        _meter.CreateCounter<long>("a.requests").Add(1);
        _meter.CreateHistogram(
            "a.time", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1] }).Record(1);

        Assert.Equal(["# TYPE a_requests counter", "a_requests_total 1"], Scrape("a_requests", openMetrics: true));
        var time = Scrape("a_time", openMetrics: true);
        Assert.Equal("# UNIT a_time_seconds seconds", time[1]);
        Assert.Contains("a_time_seconds_bucket{le=\"1.0\"} 1", time);
        Assert.EndsWith("\n# EOF\n", Text(openMetrics: true), StringComparison.Ordinal);
    }

    [Fact]
    public void An_observed_series_that_is_gone_is_not_shown_again()
    {
        var topics = new List<string> { "a", "b" };
        _meter.CreateObservableGauge(
            "a.size",
            () => topics.Select(name => new Measurement<long>(7, new KeyValuePair<string, object?>("t", name))));

        Assert.Equal(3, Scrape("a_size", openMetrics: false).Length);
        topics.Remove("a");
        Assert.Equal(["# TYPE a_size gauge", "a_size{t=\"b\"} 7"], Scrape("a_size", openMetrics: false));
    }

    [Fact]
    public void Another_brokers_meters_are_not_listened_to()
    {
        using var other = new BrokerMeters(2);
        other.Create("Test").CreateCounter<long>("a.foreign").Add(1);

        Assert.Empty(Scrape("a_foreign", openMetrics: false));
        Assert.Contains("dotnet_gc_collections_total", Text(openMetrics: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = _meter.CreateHistogram<double>("a.time", "s");
        var counter = _meter.CreateCounter<long>("a.count");
        KeyValuePair<string, object?>[] tags = [new("api", "Produce")];
        Run(1000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Run(10_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int times)
        {
            for (var time = 0; time < times; time++)
            {
                histogram.Record(0.001 * time, tags);
                counter.Add(1, tags);
            }
        }
    }

    [Fact]
    public async Task Behind_a_scrape_that_hangs_others_give_up_and_the_next_one_after_it_is_served()
    {
        using var hangs = new SemaphoreSlim(0);
        using var asked = new SemaphoreSlim(0);
        _meter.CreateObservableGauge("a.disk", () =>
        {
            asked.Release();
            hangs.Wait(Cancel);
            return 1;
        });
        var hanging = Task.Run(() => _collector.TryScrapeAsync(static _ => { }, TimeSpan.Zero, Cancel), Cancel);
        await asked.WaitAsync(Cancel);

        Assert.False(await _collector.TryScrapeAsync(static _ => { }, TimeSpan.Zero, Cancel));

        hangs.Release(2);
        Assert.True(await hanging);
        Assert.True(await _collector.TryScrapeAsync(static _ => { }, TimeSpan.Zero, Cancel));
    }

    public void Dispose()
    {
        _collector.Dispose();
        _meters.Dispose();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Scrape(string prefix, bool openMetrics) =>
    [
        .. Text(openMetrics).Split('\n').Where(line =>
            line.StartsWith(prefix, StringComparison.Ordinal) ||
            (line.StartsWith("# ", StringComparison.Ordinal) &&
                line.Split(' ').ElementAtOrDefault(2)?.StartsWith(prefix, StringComparison.Ordinal) == true)),
    ];

    private string Text(bool openMetrics)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.True(_collector.TryScrapeAsync(
            new PrometheusText(buffer, openMetrics).Write, TimeSpan.Zero, Cancel).GetAwaiter().GetResult());
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
