namespace ActorBroker.Simulation;

/// <summary>An invariant does not hold: the message has the seed, what is wrong, and how it came to it.</summary>
internal sealed class SimulationFailure : Exception
{
    public SimulationFailure(World world, int partition, string problem, Exception? cause = null)
        : base(Describe(world, partition, problem, cause), cause)
    {
        Problem = problem;
        Seed = world.Seed;
    }

    public SimulationFailure()
    {
    }

    public SimulationFailure(string message)
        : base(message)
    {
    }

    public SimulationFailure(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ulong Seed { get; }

    /// <summary>What is wrong, in one line.</summary>
    public string Problem { get; } = "";

    private static string Describe(World world, int partition, string problem, Exception? cause) =>
        $"""
        seed {world.Seed}, canary {world.Canary}, step {world.Steps}: {problem}
        {world.Trace.Tail(partition, lines: 200)}
        seed {world.Seed}: {problem}{(cause is null ? "" : "\n" + cause)}
        """;
}
