namespace ActorBroker.Simulation.Tests;

/// <summary>The cluster keeps its promises in the simulated worlds that once found a bug.</summary>
public class SimulationTests
{
    /// <summary>Seeds that found a bug once.</summary>
    public static TheoryData<ulong> Regressions =>
        [1, 2, 9, 12, 13, 41, 63, 93, 111, 148, 189, 196, 292, 1158];

    [Theory]
    [MemberData(nameof(Regressions))]
    public void A_seed_that_found_a_bug_finds_none_any_more(ulong seed) => SimulationRun.Run(seed);

    [Theory]
    [InlineData(17)]
    [InlineData(4242)]
    public void The_same_seed_makes_the_same_run(ulong seed)
    {
        var first = new List<string>();
        var second = new List<string>();

        var result = SimulationRun.Run(seed, listener: first.Add);
        var again = SimulationRun.Run(seed, listener: second.Add);

        Assert.Equal(result, again);
        Assert.Equal(first, second);
        Assert.True(first.Count > 100);
    }
}
