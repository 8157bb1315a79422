namespace ActorBroker.Architecture.Tests;

/// <summary>The whole repository keeps the rules of style that a reader relies on.</summary>
public class TidyTests
{
    /// <summary>The range of event ids of each room that logs: an id alone tells where a message comes from.</summary>
    private static readonly Dictionary<string, (int First, int Last)> EventIdRanges = new()
    {
        ["Storage"] = (1000, 1999),
        ["Broker"] = (2000, 2999),
        ["Gateway"] = (3000, 3999),
        ["Server"] = (4000, 4999),
        ["Orleans"] = (5000, 5999),
        ["Client.Hosting"] = (6000, 6999),
        ["Silo"] = (7000, 7999),
    };

    [Fact]
    public void The_repository_is_found() => Assert.True(Repository.Sources.Count > 100, Repository.Root);

    [Fact]
    public void Lines_have_at_most_120_characters() => AssertNone(TidyRules.LongLines);

    [Fact]
    public void Methods_have_at_most_70_lines() => AssertNone(TidyRules.LongMethods);

    [Fact]
    public void Files_have_at_most_600_lines_and_tests_800() => AssertNone(TidyRules.LongFiles);

    [Fact]
    public void Nothing_is_left_to_do_in_comments() => AssertNone(TidyRules.Leftovers);

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on()
    {
        string[] patterns =
            ["*.cs", "*.md", "*.csproj", "*.props", "*.json", "*.spec", "*.txt", "*.py", "*.mjs", "*.js"];
        AssertEmpty(patterns.SelectMany(Repository.Files).SelectMany(
            path => TidyRules.MachinePaths(Repository.Relative(path), File.ReadLines(path))));
    }

    [Fact]
    public void Event_ids_are_unique()
    {
        var messages = Repository.Sources.Where(file => !file.IsTest).SelectMany(TidyRules.EventIds).ToList();
        Assert.NotEmpty(messages);
        AssertEmpty(
            from message in messages
            group message.Where by message.Id into same
            where same.Count() > 1
            select $"{same.Key}: {string.Join(", ", same)}");
    }

    [Fact]
    public void Event_ids_lie_in_the_range_of_their_room() => AssertEmpty(
        from file in Repository.Sources
        where !file.IsTest
        from message in TidyRules.EventIds(file)
        where !EventIdRanges.TryGetValue(file.Room, out var range) ||
            message.Id < range.First || message.Id > range.Last
        select $"{message.Where}: {message.Id}");

    private static void AssertNone(Func<SourceFile, IEnumerable<string>> rule) =>
        AssertEmpty(Repository.Sources.SelectMany(rule));

    private static void AssertEmpty(IEnumerable<string> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found.Prepend($"{found.Count} violations:")));
    }
}
