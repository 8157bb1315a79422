namespace ActorBroker.Chaos.Tests;

public class OptionsTests
{
    [Fact]
    public void Without_options_a_run_has_five_minutes_and_the_seed_that_was_drawn() =>
        AssertOptions(new ChaosOptions(5, 42, [], Canary: false, Keep: false), ChaosOptions.Parse([], seed: 42));

    [Fact]
    public void Every_option_is_taken() => AssertOptions(
        new ChaosOptions(0.5, 7, ["kill leader", "full disk"], Canary: true, Keep: true, Silos: "built"),
        ChaosOptions.Parse(
            [
                "--minutes", "0.5", "--seed", "7", "--faults", "kill leader,full disk", "--canary", "--keep",
                "--silos", "built",
            ],
            seed: 42));

    [Theory]
    [InlineData("--minutes")]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "1441")]
    [InlineData("--minutes", "two")]
    [InlineData("--silos")]
    [InlineData("--seed", "-1")]
    [InlineData("--seed", "9999999999")]
    [InlineData("--hours", "2")]
    [InlineData("2")]
    public void What_is_wrong_is_named(params string[] arguments)
    {
        var failure = Assert.Throws<FormatException>(() => ChaosOptions.Parse(arguments, seed: 42));

        Assert.Contains(arguments[0], failure.Message);
    }

    private static void AssertOptions(ChaosOptions expected, ChaosOptions actual)
    {
        Assert.Equal(expected with { Faults = [] }, actual with { Faults = [] });
        Assert.Equal(expected.Faults, actual.Faults);
    }
}
