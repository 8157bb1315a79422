using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ActorBroker.Server.Telemetry;

/// <summary>One instrument and its series, as many as <see cref="SeriesMax"/>.</summary>
internal sealed class MetricInstrument
{
    /// <summary>More series than these are not kept: whoever tags without bounds must not fill the memory.</summary>
    public const int SeriesMax = 10_000;

    private static readonly double[] DefaultBounds =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly ConcurrentDictionary<TagSet, MetricSeries> _series = new(TagSet.Comparer);
    private readonly ConcurrentDictionary<TagSet, MetricSeries>
        .AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _byTags;

    public MetricInstrument(Instrument instrument, MetricKind kind)
    {
        Instrument = instrument;
        Kind = kind;
        Bounds = kind == MetricKind.Histogram ? BoundsOf(instrument) : null;
        _byTags = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public Instrument Instrument { get; }

    public MetricKind Kind { get; }

    /// <summary>A histogram's bucket bounds, rising.</summary>
    public double[]? Bounds { get; }

    /// <summary>The current scrape, for observed values.</summary>
    public int Round { get; private set; }

    /// <summary>Takes a measurement; any thread.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_byTags.TryGetValue(tags, out var series))
        {
            if (_series.Count >= SeriesMax)
            {
                return;
            }

            series = _series.GetOrAdd(
                new TagSet(tags), static (tags, bounds) => new MetricSeries(tags, bounds), Bounds);
        }

        switch (Kind)
        {
            case MetricKind.Counter or MetricKind.UpDown:
                series.Add(value);
                break;
            case MetricKind.Histogram:
                series.Count(value);
                break;
            default:
                series.Set(value, Round);
                break;
        }
    }

    /// <summary>Begins a scrape: what is not observed in it any more is gone afterwards.</summary>
    public void BeginRound() => Round++;

    /// <summary>The series that there are now.</summary>
    public IEnumerable<MetricSeries> Series()
    {
        foreach (var (tags, series) in _series)
        {
            if (Instrument.IsObservable && series.Round != Round)
            {
                _series.TryRemove(tags, out _);
                continue;
            }

            yield return series;
        }
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } =>
            [.. bounds.Select(static bound => (double)bound)],
        _ => DefaultBounds,
    };
}
