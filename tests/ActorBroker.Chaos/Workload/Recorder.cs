using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using ActorBroker.Chaos.Checking;

namespace ActorBroker.Chaos.Workload;

/// <summary>Takes down what the clients do and are told. Thread-safe.</summary>
internal sealed partial class Recorder(int partitions)
{
    private readonly Lock _lock = new();
    private readonly List<ProducerRecorder> _producers = [];
    private readonly List<ReadingRecorder> _readings = [];
    private readonly Dictionary<(string Group, int Partition), long> _commits = [];
    private readonly ConcurrentDictionary<string, (string First, int Count)> _remarks = new();
    private readonly List<long>[] _acknowledgements =
        [.. Enumerable.Range(0, partitions).Select(_ => new List<long>())];

    /// <summary>How many partitions the workload's topic has.</summary>
    public int Partitions { get; } = partitions;

    /// <summary>What clients remarked, and how often: of those that differ in numbers only, the first.</summary>
    public IReadOnlyCollection<(string First, int Count)> Remarks => [.. _remarks.Values];

    public (int Written, int Acknowledged, long Read) Counts
    {
        get
        {
            lock (_lock)
            {
                return (
                    _producers.Sum(producer => producer.Writes.Count),
                    _acknowledgements.Sum(times => times.Count),
                    _readings.Sum(reading => (long)reading.Records.Count));
            }
        }
    }

    /// <summary>A producer of its own number; one that failed for good is followed by another.</summary>
    public ProducerRecorder NewProducer()
    {
        lock (_lock)
        {
            var producer = new ProducerRecorder(this, _producers.Count);
            _producers.Add(producer);
            return producer;
        }
    }

    /// <summary>A consumer begins to read a partition, at a place that need not be where it was before.</summary>
    public ReadingRecorder NewReading(string reader, string consumer, int partition)
    {
        lock (_lock)
        {
            var reading = new ReadingRecorder(_lock, reader, consumer, partition);
            _readings.Add(reading);
            return reading;
        }
    }

    /// <summary>A commit was acknowledged.</summary>
    public void Committed(string group, int partition, long offset)
    {
        lock (_lock)
        {
            var key = (group, partition);
            _commits[key] = Math.Max(offset, _commits.GetValueOrDefault(key, -1));
        }
    }

    /// <summary>Something that people should know, and that is not wrong by itself.</summary>
    public void Remark(string text) => _remarks.AddOrUpdate(
        Digits().Replace(text, "#"), (text, 1), static (_, known) => (known.First, known.Count + 1));

    /// <summary>
    /// The longest time within a span in which a partition acknowledged nothing; times are those of
    /// <see cref="Stopwatch.GetTimestamp"/>.
    /// </summary>
    public TimeSpan LongestGap(long from, long to)
    {
        lock (_lock)
        {
            return _acknowledgements.Max(times => LongestGap(times, from, to));
        }
    }

    /// <summary>
    /// True once every partition has acknowledged something, and each of the readers has read something.
    /// </summary>
    public bool IsFlowing(IReadOnlyList<string> readers)
    {
        lock (_lock)
        {
            return _acknowledgements.All(times => times.Count > 0)
                && readers.All(reader => _readings.Exists(each => each.Reader == reader && each.Records.Count > 0));
        }
    }

    /// <summary>The offset behind the last record that a reader was given of a partition.</summary>
    public long EndOf(string reader, int partition)
    {
        lock (_lock)
        {
            return _readings.Where(each => each.Reader == reader && each.Partition == partition)
                .Where(each => each.Records.Count > 0)
                .Select(each => each.Records[^1].Offset + 1).DefaultIfEmpty(0).Max();
        }
    }

    /// <summary>What was taken down so far.</summary>
    public History ToHistory()
    {
        lock (_lock)
        {
            return new History
            {
                Writes = [.. _producers.SelectMany(producer => producer.Writes)],
                Readings = [.. _readings.Select(reading => reading.ToReading())],
                Commits = [.. _commits.Select(each => new Commit(each.Key.Group, each.Key.Partition, each.Value))],
            };
        }
    }

    /// <summary>A record was sent.</summary>
    internal RecordId Sent(ProducerRecorder producer, int partition)
    {
        lock (_lock)
        {
            var id = new RecordId(producer.Index, producer.Writes.Count);
            producer.Writes.Add(new Write(id, partition, WriteOutcome.Unknown, -1));
            return id;
        }
    }

    internal void Settled(ProducerRecorder producer, RecordId id, WriteOutcome outcome, long offset)
    {
        lock (_lock)
        {
            var write = producer.Writes[id.Number];
            producer.Writes[id.Number] = write with { Outcome = outcome, Offset = offset };
            if (outcome == WriteOutcome.Acknowledged)
            {
                _acknowledgements[write.Partition].Add(Stopwatch.GetTimestamp());
            }
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    /// <summary>A gap that is not over counts up to the span's end.</summary>
    private static TimeSpan LongestGap(List<long> times, long from, long to)
    {
        var at = times.BinarySearch(from);
        at = at < 0 ? ~at : at;
        var before = from;
        var longest = 0L;
        for (; at < times.Count && times[at] <= to; at++)
        {
            longest = Math.Max(longest, times[at] - before);
            before = times[at];
        }

        return Stopwatch.GetElapsedTime(0, Math.Max(longest, to - before));
    }
}
