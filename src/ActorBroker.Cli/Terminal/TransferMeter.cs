using System.Diagnostics;
using System.Globalization;

namespace ActorBroker.Cli.Terminal;

/// <summary>Counts the records and bytes that go through; one writer at a time, readers at any time.</summary>
internal sealed class TransferMeter(string verb)
{
    private const double Mebibyte = 1024 * 1024;

    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _records;
    private long _bytes;

    public long Records => Volatile.Read(ref _records);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How many records there will be; null where nobody knows.</summary>
    public long? RecordsExpected { get; set; }

    /// <summary>How many bytes there will be; null where nobody knows.</summary>
    public long? BytesExpected { get; set; }

    /// <summary>How much of what is expected went through; null where nobody knows.</summary>
    public double? Fraction
    {
        get
        {
            if (RecordsExpected is > 0 and var records)
            {
                return (double)Records / records;
            }

            return BytesExpected is > 0 and var bytes ? (double)Bytes / bytes : null;
        }
    }

    public void Add(long bytes)
    {
        Volatile.Write(ref _records, _records + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }

    /// <summary>What went through so far, and how fast.</summary>
    public string Describe()
    {
        var seconds = Math.Max(Stopwatch.GetElapsedTime(_startedAt).TotalSeconds, 0.001);
        var (records, mib) = (Records, Bytes / Mebibyte);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{verb} {records} record{(records == 1 ? "" : "s")}, {mib:F1} MiB in {seconds:F1} s " +
            $"({records / seconds:F0} records/s, {mib / seconds:F1} MiB/s)");
    }

    /// <summary>The same, short enough to stand beside a bar.</summary>
    public string DescribeShortly()
    {
        var seconds = Math.Max(Stopwatch.GetElapsedTime(_startedAt).TotalSeconds, 0.001);
        var (records, mib) = (Records, Bytes / Mebibyte);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{mib:F0} MiB, {records / seconds:F0} records/s, {mib / seconds:F0} MiB/s");
    }
}
