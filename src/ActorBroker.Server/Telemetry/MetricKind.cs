using System.Diagnostics.Metrics;

namespace ActorBroker.Server.Telemetry;

/// <summary>How an instrument's measurements become series.</summary>
internal enum MetricKind
{
    /// <summary>Grows: measurements are added up.</summary>
    Counter,

    /// <summary>Grows: each measurement is the total.</summary>
    ObservedCounter,

    /// <summary>Rises and falls: measurements are added up.</summary>
    UpDown,

    /// <summary>Rises and falls: each measurement is the value.</summary>
    Gauge,

    /// <summary>Measurements are counted in buckets.</summary>
    Histogram,
}

/// <summary>Tells the kind of an instrument.</summary>
internal static class MetricKinds
{
    /// <summary>Null for an instrument of a kind that nobody here knows.</summary>
    public static MetricKind? Of(Instrument instrument) => instrument switch
    {
        Counter<long> or Counter<int> or Counter<double> => MetricKind.Counter,
        ObservableCounter<long> or ObservableCounter<int> or ObservableCounter<double> => MetricKind.ObservedCounter,
        UpDownCounter<long> or UpDownCounter<int> or UpDownCounter<double> => MetricKind.UpDown,
        ObservableUpDownCounter<long> or ObservableUpDownCounter<int> or ObservableUpDownCounter<double>
            or ObservableGauge<long> or ObservableGauge<int> or ObservableGauge<double>
            or Gauge<long> or Gauge<int> or Gauge<double> => MetricKind.Gauge,
        Histogram<long> or Histogram<int> or Histogram<double> => MetricKind.Histogram,
        _ => null,
    };
}
