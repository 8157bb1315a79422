using ActorBroker.Core;

namespace ActorBroker.Simulation.Tests;

/// <summary>What the simulation is worth: it finds each planted bug, and soon.</summary>
public class CanaryTests(ITestOutputHelper output)
{
    private const int SeedsMax = 500;

    public static TheoryData<string> Canaries =>
        [.. Enum.GetNames<Canary>().Where(name => name != nameof(Canary.None))];

    [Theory]
    [MemberData(nameof(Canaries))]
    public void A_planted_bug_is_found(string name)
    {
        var canary = Enum.Parse<Canary>(name);
        for (var seed = 1UL; seed <= SeedsMax; seed++)
        {
            try
            {
                SimulationRun.Run(seed, canary, hasGroups: canary == Canary.LoadGroupsToHighWatermark);
            }
            catch (SimulationFailure failure)
            {
                output.WriteLine($"{name} is found by seed {seed}: {failure.Problem}");
                Assert.Contains($"seed {seed}", failure.Message);
                Assert.True(
                    failure.InnerException is null or InvariantViolationException,
                    $"not the bug that was planted: {failure}");
                return;
            }
        }

        Assert.Fail($"{name} was not found by {SeedsMax} seeds");
    }
}
