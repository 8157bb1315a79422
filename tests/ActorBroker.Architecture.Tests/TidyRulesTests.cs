namespace ActorBroker.Architecture.Tests;

/// <summary>The rules find what they are there to find: a tidy test that can't fail proves nothing.</summary>
public class TidyRulesTests
{
    [Fact]
    public void A_long_line_is_found()
    {
        var found = TidyRules.LongLines(FileOf(new string('x', 120), new string('x', 121)));
        Assert.Equal(["src/ActorBroker.Core/X.cs:2: 121 characters"], found);
    }

    [Fact]
    public void A_long_file_is_found()
    {
        Assert.Empty(TidyRules.LongFiles(FileOf(Lines(600))));
        Assert.Single(TidyRules.LongFiles(FileOf(Lines(601))));
        Assert.Empty(TidyRules.LongFiles(new SourceFile("tests/X.cs", string.Join('\n', Lines(800)))));
    }

    [Fact]
    public void A_long_method_is_found()
    {
        string[] start = ["class X", "{", "    void M()", "    {"];
        Assert.Empty(TidyRules.LongMethods(FileOf([.. start, .. Lines(67), "    }", "}"])));
        Assert.Equal(
            ["src/ActorBroker.Core/X.cs:3: 71 lines"],
            TidyRules.LongMethods(FileOf([.. start, .. Lines(68), "    }", "}"])));
    }

    [Fact]
    public void A_leftover_is_found()
    {
        Assert.Single(TidyRules.Leftovers(FileOf("// TO" + "DO: later")));
        Assert.Empty(TidyRules.Leftovers(FileOf("var method = 1;")));
    }

    [Fact]
    public void A_path_of_somebodys_machine_is_found()
    {
        string[] paths = ["see /ho" + "me/me/broker", "\"/ro" + "ot/x\"", @"C:\Us" + @"ers\me"];
        Assert.Equal(3, TidyRules.MachinePaths("x", paths).Count());
        string[] others = ["https://host/home/page", "./home/x", "/tmp/kafka-logs", "a/root/b"];
        Assert.Empty(TidyRules.MachinePaths("x", others));
    }

    [Fact]
    public void Event_ids_are_read_in_both_forms()
    {
        var file = FileOf(
            "partial class X",
            "{",
            "    [LoggerMessage(1000, LogLevel.Information, \"a\")] static partial void A();",
            "    [LoggerMessage(Level = LogLevel.Debug, EventId = 1001, Message = \"b\")] static partial void B();",
            "    [LoggerMessage(Level = LogLevel.Debug, Message = \"c\")] static partial void C();",
            "}");
        Assert.Equal([1000, 1001, -1], TidyRules.EventIds(file).Select(message => message.Id));
        Assert.Equal("Core", file.Room);
    }

    private static SourceFile FileOf(params string[] lines) =>
        new("src/ActorBroker.Core/X.cs", string.Join('\n', lines));

    private static string[] Lines(int count) => [.. Enumerable.Repeat("// x", count)];
}
