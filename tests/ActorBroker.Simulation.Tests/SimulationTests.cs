using System.Security.Cryptography;

namespace ActorBroker.Simulation.Tests;

/// <summary>The cluster keeps its promises in simulated worlds: those that broke one once, and new ones.</summary>
public class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 2_000;
    private const int Threads = 2;

    /// <summary>Seeds that found a bug once, in runs without groups: <c>--no-groups</c> shows them again.</summary>
    public static TheoryData<ulong> Regressions =>
    [
        1, 2, 9, 12, 13, 41, 63, 93, 111, 148, 189, 196, 292, 1012, 1014, 1153, 1158, 1214, 1229, 1238, 1287, 1332,
        1540, 1543, 1558, 1656, 1870, 1938, 2055, 2152, 2246, 2423, 2514, 2625, 2851, 2950, 5070, 5132, 5190, 5201,
        5219, 100_031, 100_892, 101_050, 101_491, 101_629, 101_761, 101_841, 401_693, 501_331, 502_818, 601_343,
        601_846, 602_982, 603_379, 700_027, 700_070, 700_447, 701_292, 702_284, 718_455, 721_566,
        727_222, 901_062, 904_418, 907_479, 1_008_543, 5_038_685, 5_080_417, 378_286_264, 3_573_916_749,
    ];

    [Theory]
    [MemberData(nameof(Regressions))]
    public void A_seed_that_found_a_bug_finds_none_any_more(ulong seed) =>
        SimulationRun.Run(seed, hasGroups: false);

    /// <summary>The same, in runs with groups and their offsets.</summary>
    [Theory]
    [InlineData(40_018_679)]
    [InlineData(40_024_444)]
    [InlineData(40_025_242)]
    [InlineData(40_030_326)]
    [InlineData(40_050_329)]
    [InlineData(2_606_528_830)]
    public void A_seed_that_found_a_bug_with_groups_finds_none_any_more(ulong seed) => SimulationRun.Run(seed);

    /// <summary>Worlds that nobody has seen; <c>--seed</c> and <c>--seeds</c> show those of a failure again.</summary>
    [Fact]
    public void New_seeds_find_no_bug()
    {
        ulong first = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        output.WriteLine($"seeds {first} to {first + Seeds - 1}");

        var range = SeedRange.Run(first, Seeds, Threads);

        output.WriteLine($"{range.Steps} steps, {range.Acknowledged} produces, {range.Committed} offsets committed, " +
            $"{range.GroupCommits} commits of groups");
        Assert.True(
            range.Failures.Count == 0,
            $"Of {Seeds} seeds from {first} on: {string.Join('\n', range.Failures.Select(each => each.Message))}");
        Assert.Equal(Seeds, range.Runs);
        Assert.True(range.GroupCommits > 10 * Seeds);
    }

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
