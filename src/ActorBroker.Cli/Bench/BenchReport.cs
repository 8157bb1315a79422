using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorBroker.Cli.Terminal;

namespace ActorBroker.Cli.Bench;

/// <summary>
/// The figures of one run: plain <c>name value</c> lines, or one JSON object. Names and meanings are those of the
/// project's load generator on librdkafka, so that both can be compared line by line.
/// </summary>
internal sealed class BenchReport
{
    private static readonly (string Name, double Part)[] Percentiles =
        [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)];

    private readonly List<(string Name, object Value)> _facts = [];
    private readonly List<(string Name, double Value, string Format)> _figures = [];
    private readonly List<(string Name, LatencyHistogram Latencies)> _latencies = [];
    private readonly TimeSpan _cpuBefore = CpuTime();

    public void Fact(string name, object value) => _facts.Add((name, value));

    public void Figure(string name, double value, string format = "F0") => _figures.Add((name, value, format));

    public void Latency(string name, LatencyHistogram latencies) => _latencies.Add((name, latencies));

    /// <summary>The client's own processor time since the report was begun.</summary>
    public void CpuOfClient(double bytes)
    {
        var seconds = (CpuTime() - _cpuBefore).TotalSeconds;
        Figure("client_cpu_s", seconds, "F2");
        if (bytes > 0)
        {
            Figure("client_cpu_s_per_gib", seconds / (bytes / (1024.0 * 1024 * 1024)), "F2");
        }
    }

    public void Write(bool asJson)
    {
        if (asJson)
        {
            WriteJson();
        }
        else
        {
            WriteLines();
        }
    }

    private static TimeSpan CpuTime()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    private static long Microseconds(long nanoseconds) => (nanoseconds + 500) / 1000;

    private static IEnumerable<(string Name, long Us)> Values(LatencyHistogram latencies) =>
        Percentiles.Select(each => (each.Name, Microseconds(latencies.ValueAt(each.Part))))
            .Append(("max", Microseconds(latencies.Max)));

    private void WriteLines()
    {
        var output = new StringBuilder();
        foreach (var (name, value) in _facts)
        {
            output.Append(CultureInfo.InvariantCulture, $"# {name}: {value}\n");
        }

        foreach (var (name, value, format) in _figures)
        {
            output.Append(name).Append(' ').Append(value.ToString(format, CultureInfo.InvariantCulture)).Append('\n');
        }

        foreach (var (name, latencies) in _latencies)
        {
            var values = Values(latencies).Select(each => $"{each.Name} {each.Us}");
            output.Append(CultureInfo.InvariantCulture, $"{name}_us {string.Join(' ', values)}\n");
        }

        Console.Out.Write(output);
    }

    private void WriteJson() => JsonLine.Write(json =>
    {
        json.WriteStartObject();
        foreach (var (name, value) in _facts)
        {
            if (value is string text)
            {
                json.WriteString(name, text);
            }
            else
            {
                json.WriteNumber(name, Convert.ToDouble(value, CultureInfo.InvariantCulture));
            }
        }

        foreach (var (name, value, format) in _figures)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.ToString(format, CultureInfo.InvariantCulture));
        }

        foreach (var (name, latencies) in _latencies)
        {
            json.WriteStartObject(name + "_us");
            foreach (var (percentile, us) in Values(latencies))
            {
                json.WriteNumber(percentile, us);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    });
}
