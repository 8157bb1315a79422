using System.Globalization;

namespace ActorBroker.Benchmarks.Groups;

/// <summary>A broker's process, seen from outside.</summary>
internal sealed class BrokerProbe(int processId)
{
    private const double TicksPerSecond = 100;

    /// <summary>User and system time, in seconds; the kernel counts in hundredths.</summary>
    public double CpuSeconds()
    {
        var fields = File.ReadAllText($"/proc/{processId}/stat").Split(") ")[^1].Split(' ');
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>Resident memory, in KiB.</summary>
    public double ResidentKib()
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith("VmRSS:"));
        return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
