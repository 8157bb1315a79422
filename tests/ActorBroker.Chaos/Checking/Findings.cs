namespace ActorBroker.Chaos.Checking;

/// <summary>Counts anomalies, each fact once, and keeps the first few of each kind in words.</summary>
internal sealed class Findings
{
    private const int ExamplesMax = 20;
    private readonly int[] _counts = new int[Enum.GetValues<AnomalyKind>().Length];
    private readonly List<Anomaly> _examples = [];
    private readonly HashSet<(AnomalyKind Kind, string Subject)> _known = [];

    /// <summary>In words, at most 20 of a kind.</summary>
    public IReadOnlyList<Anomaly> Examples => _examples;

    /// <summary>How many there are of all kinds.</summary>
    public int Total => _counts.Sum();

    public int this[AnomalyKind kind] => _counts[(int)kind];

    /// <param name="kind">What it is.</param>
    /// <param name="subject">What it is about: a fact that many clients saw counts once.</param>
    /// <param name="text">It in words.</param>
    public void Add(AnomalyKind kind, string subject, string text)
    {
        if (!_known.Add((kind, subject)))
        {
            return;
        }

        if (_counts[(int)kind]++ < ExamplesMax)
        {
            _examples.Add(new Anomaly(kind, text));
        }
    }
}
