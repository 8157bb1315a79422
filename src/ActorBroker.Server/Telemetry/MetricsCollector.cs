// Listens to one broker's meters (and to the runtime's own) from the start, so that every total counts from there.
// Counters and gauges are nearly all observable: they cost nothing until a scrape asks for them.
using System.Diagnostics.Metrics;

namespace ActorBroker.Server.Telemetry;

/// <summary>Aggregates what a broker's instruments measure.</summary>
internal sealed class MetricsCollector : IDisposable
{
    private const string RuntimeMeter = "System.Runtime";

    private readonly MeterListener _listener = new();
    private readonly SemaphoreSlim _scraping = new(1);
    private readonly Lock _gate = new();
    private readonly List<MetricInstrument> _instruments = [];

    /// <summary>Listens to the meters that have this scope.</summary>
    public MetricsCollector(object scope)
    {
        _listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, scope) || instrument.Meter.Name == RuntimeMeter)
            {
                Listen(instrument);
            }
        };
        _listener.MeasurementsCompleted = (_, state) => Forget(state);
        _listener.SetMeasurementEventCallback<long>(
            static (_, value, tags, state) => ((MetricInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(
            static (_, value, tags, state) => ((MetricInstrument)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(
            static (_, value, tags, state) => ((MetricInstrument)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>
    /// Asks the observable instruments, and hands all of them over, by name; one scrape at a time. False: another one
    /// lasts longer than <paramref name="patience"/>; an instrument that hangs holds one thread, not each reader's.
    /// </summary>
    public async Task<bool> TryScrapeAsync(
        Action<IReadOnlyList<MetricInstrument>> write, TimeSpan patience, CancellationToken cancel)
    {
        if (!await _scraping.WaitAsync(patience, cancel).ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            Scrape(write);
            return true;
        }
        finally
        {
            _scraping.Release();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _scraping.Dispose();
    }

    private void Scrape(Action<IReadOnlyList<MetricInstrument>> write)
    {
        MetricInstrument[] instruments;
        lock (_gate)
        {
            instruments = [.. _instruments];
        }

        Array.ForEach(instruments, static instrument => instrument.BeginRound());
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException)
        {
            // An instrument that could not answer is missing from this scrape; the others are there.
        }

        Array.Sort(instruments, static (one, other) =>
            string.CompareOrdinal(one.Instrument.Name, other.Instrument.Name));
        write(instruments);
    }

    private void Listen(Instrument instrument)
    {
        if (MetricKinds.Of(instrument) is not { } kind)
        {
            return;
        }

        var metric = new MetricInstrument(instrument, kind);
        lock (_gate)
        {
            _instruments.Add(metric);
        }

        _listener.EnableMeasurementEvents(instrument, metric);
    }

    private void Forget(object? state)
    {
        if (state is MetricInstrument metric)
        {
            lock (_gate)
            {
                _instruments.Remove(metric);
            }
        }
    }
}
