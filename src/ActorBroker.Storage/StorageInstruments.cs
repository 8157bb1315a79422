// All instruments of the storage room. They are of one broker: each broker has meters of its own.
using System.Diagnostics.Metrics;

namespace ActorBroker.Storage;

/// <summary>What logs measure; shared by all logs of a broker. Costs a look at a flag while nobody listens.</summary>
public sealed class StorageInstruments
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ActorBroker.Storage";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Histogram<double> _append;
    private readonly Histogram<double> _flush;
    private readonly Histogram<double> _open;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _compactedIn;
    private readonly Counter<long> _compactedOut;

    /// <summary>Makes the instruments in a broker's meter, which disposes them.</summary>
    public StorageInstruments(Meter meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        _append = meter.CreateHistogram(
            "actorbroker.storage.append.duration", "s", "Time of a write to a log: the batches of one turn.", null,
            Seconds);
        _flush = meter.CreateHistogram(
            "actorbroker.storage.flush.duration", "s", "Time of an fsync of a log.", null, Seconds);
        _open = meter.CreateHistogram(
            "actorbroker.storage.open.duration", "s", "Time to open a log, recovery included.", null, Seconds);
        _expired = meter.CreateCounter<long>(
            "actorbroker.storage.retention.segments", "{segment}", "Segments that retention removed.");
        _compactedIn = meter.CreateCounter<long>(
            "actorbroker.storage.compaction.bytes_read", "By", "Bytes of segments that compaction replaced.");
        _compactedOut = meter.CreateCounter<long>(
            "actorbroker.storage.compaction.bytes_written", "By", "Bytes of segments that took their place.");
    }

    internal void Appended(TimeProvider time, long started) => Record(_append, time, started);

    internal void Flushed(TimeProvider time, long started) => Record(_flush, time, started);

    internal void Opened(TimeProvider time, long started) => Record(_open, time, started);

    internal void Expired(int segments) => _expired.Add(segments);

    internal void Compacted(CleanResult result)
    {
        _compactedIn.Add(result.BytesBefore);
        _compactedOut.Add(result.BytesAfter);
    }

    private static void Record(Histogram<double> histogram, TimeProvider time, long started)
    {
        if (histogram.Enabled)
        {
            histogram.Record(time.GetElapsedTime(started).TotalSeconds);
        }
    }
}
