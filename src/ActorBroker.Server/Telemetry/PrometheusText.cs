// Prometheus' text format 0.0.4 and OpenMetrics 1.0. They differ in a counter's family name, the unit line, the numbers
// of bucket bounds and the mark at the end. Names follow OpenTelemetry's rules for Prometheus: dots become underscores,
// the unit is appended as a word where the name doesn't have it, a counter ends in _total.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace ActorBroker.Server.Telemetry;

/// <summary>Writes metrics as text.</summary>
internal sealed class PrometheusText(IBufferWriter<byte> output, bool openMetrics)
{
    /// <summary>Content type of the older format, which everything understands.</summary>
    public const string PlainType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Content type of OpenMetrics.</summary>
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private readonly StringBuilder _labels = new();

    /// <summary>Writes all instruments, and the end mark.</summary>
    public void Write(IReadOnlyList<MetricInstrument> instruments)
    {
        foreach (var instrument in instruments)
        {
            MetricSeries[] series = [.. instrument.Series()];
            if (series.Length > 0)
            {
                WriteFamily(instrument, series);
            }
        }

        if (openMetrics)
        {
            Put("# EOF\n");
        }
    }

    /// <summary>A metric's name without <c>_total</c>.</summary>
    public static string FamilyName(string name, string? unit)
    {
        var family = new StringBuilder(name.Length + 8);
        foreach (var letter in name)
        {
            family.Append(char.IsAsciiLetterOrDigit(letter) || letter == ':' ? letter : '_');
        }

        if (char.IsAsciiDigit(family[0]))
        {
            family.Insert(0, '_');
        }

        if (UnitWord(unit) is { } word && Array.IndexOf(family.ToString().Split('_'), word) < 0)
        {
            family.Append('_').Append(word);
        }

        return family.ToString();
    }

    /// <summary>A label's value between its quotes.</summary>
    public static string EscapeLabel(string value) => EscapeHelp(value, quotes: true);

    private static string EscapeHelp(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string? UnitWord(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "%" => "percent",
        _ => null, // {record} and the like say what is counted, not in which unit.
    };

    private void WriteFamily(MetricInstrument metric, MetricSeries[] series)
    {
        var instrument = metric.Instrument;
        var family = FamilyName(instrument.Name, instrument.Unit);
        var isCounter = metric.Kind is MetricKind.Counter or MetricKind.ObservedCounter;
        var sample = isCounter && !family.EndsWith("_total", StringComparison.Ordinal) ? family + "_total" : family;
        var title = openMetrics ? family : sample;
        var type = isCounter ? "counter" : metric.Kind == MetricKind.Histogram ? "histogram" : "gauge";
        Put($"# TYPE {title} {type}\n");
        if (openMetrics && UnitWord(instrument.Unit) is { } word &&
            family.EndsWith("_" + word, StringComparison.Ordinal))
        {
            Put($"# UNIT {title} {word}\n");
        }

        if (instrument.Description is { Length: > 0 } help)
        {
            Put($"# HELP {title} {EscapeHelp(help, quotes: openMetrics)}\n");
        }

        foreach (var each in series)
        {
            var labels = Labels(each.Tags);
            if (metric.Bounds is { } bounds)
            {
                WriteHistogram(family, labels, each, bounds);
            }
            else
            {
                Put($"{sample}{(labels.Length == 0 ? "" : "{" + labels + "}")} {Number(each.Value)}\n");
            }
        }
    }

    private void WriteHistogram(string family, string labels, MetricSeries series, double[] bounds)
    {
        var comma = labels.Length == 0 ? "" : ",";
        var count = 0L;
        for (var index = 0; index < bounds.Length; index++)
        {
            count += Volatile.Read(in series.Buckets[index]);
            Put($"{family}_bucket{{{labels}{comma}le=\"{Bound(bounds[index])}\"}} {count}\n");
        }

        // The count is made of the buckets that were just read, so that it is never below one of them.
        count += Volatile.Read(in series.Buckets[bounds.Length]);
        var set = labels.Length == 0 ? "" : "{" + labels + "}";
        Put($"{family}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}\n");
        Put($"{family}_sum{set} {Number(series.Value)}\n");
        Put($"{family}_count{set} {count}\n");
    }

    private string Labels(TagSet tags)
    {
        _labels.Clear();
        foreach (var (name, value) in tags.Tags)
        {
            _labels.Append(_labels.Length == 0 ? "" : ",")
                .Append(FamilyName(name, null).Replace(':', '_'))
                .Append("=\"")
                .Append(EscapeLabel(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""))
                .Append('"');
        }

        return _labels.ToString();
    }

    private string Bound(double bound)
    {
        var text = Number(bound);
        var isWhole = text.All(static letter => char.IsAsciiDigit(letter) || letter == '-');
        return openMetrics && isWhole ? text + ".0" : text;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ when value == Math.Truncate(value) && Math.Abs(value) < 1L << 53 =>
            ((long)value).ToString(CultureInfo.InvariantCulture),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Put(string text) => Encoding.UTF8.GetBytes(text, output);
}
