using System.Globalization;
using System.Text;

namespace ActorBroker.Simulation;

/// <summary>
/// The last events of a run, one line each, and a fingerprint of all of them: two runs that are the same have the same.
/// </summary>
internal sealed class Trace(Action<string>? listener)
{
    /// <summary>Concerns no partition in particular, and therefore each.</summary>
    public const int Everybody = -1;

    private const int Capacity = 20_000;
    private readonly (long AtUs, int Broker, int Partition, string What)[] _ring =
        new (long, int, int, string)[Capacity];
    private long _count;

    /// <summary>Of everything that was ever added (FNV-1a).</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    public void Add(long atUs, int broker, int partition, string what)
    {
        _ring[_count++ % Capacity] = (atUs, broker, partition, what);
        Mix((ulong)atUs);
        Mix((ulong)(broker + 1));
        Mix((ulong)(partition + 1));
        foreach (var letter in what)
        {
            Mix(letter);
        }

        listener?.Invoke(Line(atUs, broker, what));
    }

    /// <summary>The last lines that concern the partition.</summary>
    public string Tail(int partition, int lines)
    {
        var chosen = new Stack<string>();
        var oldest = Math.Max(0, _count - Capacity);
        for (var at = _count - 1; at >= oldest && chosen.Count < lines; at--)
        {
            var (time, broker, about, what) = _ring[at % Capacity];
            if (about == Everybody || partition == Everybody || about == partition)
            {
                chosen.Push(Line(time, broker, what));
            }
        }

        return new StringBuilder().AppendJoin('\n', chosen).ToString();
    }

    private static string Line(long atUs, int broker, string what) => string.Create(
        CultureInfo.InvariantCulture, $"{atUs / 1000.0,11:F3} ms  {(broker < 0 ? "world" : $"b{broker}"),-5}  {what}");

    private void Mix(ulong value) => Fingerprint = (Fingerprint ^ value) * 1099511628211;
}
