namespace ActorBroker.Simulation;

/// <summary>Runs many seeds, several at the same time; each lives in a world of its own.</summary>
internal sealed class SeedRange
{
    private readonly Lock _gate = new();
    private readonly List<SimulationFailure> _failures = [];

    public int Runs { get; private set; }

    public long Steps { get; private set; }

    public long Acknowledged { get; private set; }

    public long Committed { get; private set; }

    /// <summary>Commits of groups' offsets that were acknowledged.</summary>
    public long GroupCommits { get; private set; }

    /// <summary>In the order of their seeds.</summary>
    public IReadOnlyList<SimulationFailure> Failures => [.. _failures.OrderBy(failure => failure.Seed)];

    public static SeedRange Run(
        ulong first, int count, int threads, Canary canary = Canary.None, Action<string>? listener = null,
        Action<int>? progress = null, bool stopAtFailure = true, bool hasGroups = true)
    {
        var range = new SeedRange();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, (index, loop) =>
        {
            try
            {
                range.Add(SimulationRun.Run(first + (ulong)index, canary, listener, hasGroups));
            }
            catch (SimulationFailure failure)
            {
                range.Add(failure);
                if (stopAtFailure)
                {
                    loop.Stop();
                }
            }

            progress?.Invoke(range.Runs);
        });
        return range;
    }

    private void Add(SimulationResult result)
    {
        lock (_gate)
        {
            Runs++;
            Steps += result.Steps;
            Acknowledged += result.Acknowledged;
            Committed += result.Committed;
            GroupCommits += result.GroupCommits;
        }
    }

    private void Add(SimulationFailure failure)
    {
        lock (_gate)
        {
            Runs++;
            _failures.Add(failure);
        }
    }
}
