using System.Diagnostics;
using System.Globalization;

namespace ActorBroker.Cli;

/// <summary>
/// Counts what goes through, shows it on standard error while it does (on a terminal, a few times a second), and closes
/// with one line.
/// </summary>
internal sealed class TransferMeter(string verb, bool isQuiet)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    private readonly bool _isLive = !isQuiet && !Console.IsErrorRedirected;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _shownAt = Stopwatch.GetTimestamp();

    public long Records { get; private set; }

    public long Bytes { get; private set; }

    public void Add(int bytes)
    {
        Records++;
        Bytes += bytes;
        if (_isLive && Stopwatch.GetElapsedTime(_shownAt) >= Between)
        {
            _shownAt = Stopwatch.GetTimestamp();
            Console.Error.Write($"\r{Line()}   ");
        }
    }

    /// <summary>The closing line; <paramref name="note"/> stands behind the numbers.</summary>
    public void Close(string note)
    {
        if (isQuiet)
        {
            return;
        }

        Console.Error.WriteLine($"{(_isLive ? "\r" : "")}{Line()}{(note.Length > 0 ? ", " : "")}{note}   ");
    }

    private string Line()
    {
        var seconds = Math.Max(Stopwatch.GetElapsedTime(_startedAt).TotalSeconds, 0.001);
        var mib = Bytes / (1024.0 * 1024.0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{verb} {Records} records, {mib:F1} MiB in {seconds:F1} s ({mib / seconds:F0} MiB/s)");
    }
}
