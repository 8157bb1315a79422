using ActorBroker.TestSupport;

namespace ActorBroker.Server.Tests;

/// <summary>A wrong setting stops the start with one line and exit code 2.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("--num.partitions=0", "num.partitions=0 (command line): out of range")]
    [InlineData("--num.partitons=1", "did you mean num.partitions?")]
    [InlineData("--ssl.keystore.location=/x", "not supported yet")]
    [InlineData("--listeners=SSL://127.0.0.1:0", "not supported yet")]
    [InlineData("--config=no-such-file.properties", "no-such-file.properties: the settings file can't be read")]
    [InlineData("data", "not understood")]
    public async Task A_wrong_setting_stops_the_start(string argument, string expected)
    {
        var result = await ServerProcess.RunToEndAsync([argument], Cancel);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("actorbroker: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
        Assert.Single(Lines(result.Errors));
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("actorbroker.properties", "num.partitions=x", "actorbroker.properties line 1")]
    [InlineData("actorbroker.json", "{\"num\": {\"partitions\": 0}}", "(actorbroker.json): out of range")]
    public async Task A_settings_file_in_the_working_directory_is_read(string name, string text, string expected)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder[name], text, Cancel);

        var result = await ServerProcess.RunToEndAsync([], Cancel, folder.Path);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_settings_files_are_one_too_many()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["actorbroker.properties"], "", Cancel);
        await File.WriteAllTextAsync(folder["actorbroker.json"], "{}", Cancel);

        var result = await ServerProcess.RunToEndAsync([], Cancel, folder.Path);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("keep one of them", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, 3)]
    [InlineData("4", null, 4)]
    [InlineData("4", "5", 5)]
    public async Task The_environment_wins_over_the_file_and_the_command_line_over_both(
        string? variable, string? argument, int expected)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["my.properties"], "broker.id=3", Cancel);
        var variables = new Dictionary<string, string> { ["ACTORBROKER_CONFIG"] = folder["my.properties"] };
        if (variable is not null)
        {
            variables["ACTORBROKER_BROKER_ID"] = variable;
        }

        var options = new ServerOptions
        {
            Settings = argument is null ? [] : [$"broker.id={argument}"],
            Variables = variables,
        };
        await using var server = await ServerProcess.StartAsync(options, Cancel);

        Assert.Contains($"broker {expected} of cluster", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_and_version_are_told_without_a_broker()
    {
        var help = await ServerProcess.RunToEndAsync(["--help"], Cancel);
        var version = await ServerProcess.RunToEndAsync(["--version"], Cancel);

        Assert.Equal((0, 0), (help.ExitCode, version.ExitCode));
        Assert.Contains("--log.dirs=", help.Output, StringComparison.Ordinal);
        Assert.Matches(@"^\d+\.\d+\.\d+\s*$", version.Output);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string[] Lines(string text)
        => text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
