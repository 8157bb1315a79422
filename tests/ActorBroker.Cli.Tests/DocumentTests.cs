using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using ActorBroker.TestSupport;

namespace ActorBroker.Cli.Tests;

/// <summary>
/// <c>docs/cli.md</c> names every command, with an example, and its tables of options are made from the tool itself
/// (<c>ACTORBROKER_WRITE_DOCS=1</c> writes them anew).
/// </summary>
public sealed class DocumentTests
{
    private const string TableEnd = "<!-- end of options -->";

    private static readonly string Path = System.IO.Path.Combine(RepositoryPaths.Root, "docs", "cli.md");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_has_a_section_for_each_command_and_no_other()
    {
        var page = await File.ReadAllLinesAsync(Path, Cancel);
        var sections = page.Where(line => line.StartsWith("### actorbroker ", StringComparison.Ordinal))
            .Select(line => line["### actorbroker ".Length..]);
        Assert.Equal(Leaves().Select(each => each.Path), sections);
    }

    [Fact]
    public async Task Each_section_shows_the_command_at_work()
    {
        var page = await File.ReadAllTextAsync(Path, Cancel);
        foreach (var (path, _) in Leaves())
        {
            var section = page[page.IndexOf($"### actorbroker {path}\n", StringComparison.Ordinal)..];
            section = section[..section.IndexOf(TableEnd, StringComparison.Ordinal)];
            Assert.Contains($"$ actorbroker {path}", section, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_tables_of_options_are_the_tools()
    {
        var page = await File.ReadAllTextAsync(Path, Cancel);
        var written = page;
        foreach (var (path, command) in Leaves().Prepend(("every command", CommandLine.Build())))
        {
            var begin = $"<!-- options of {path} -->\n";
            var at = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
            Assert.True(at >= begin.Length, $"docs/cli.md lacks '{begin.Trim()}'");
            var end = page.IndexOf(TableEnd, at, StringComparison.Ordinal);
            page = page[..at] + Table(command) + page[end..];
        }

        if (Environment.GetEnvironmentVariable("ACTORBROKER_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Path, page, Cancel);
            written = page;
        }

        Assert.True(
            written == page, "docs/cli.md is out of date: run these tests once with ACTORBROKER_WRITE_DOCS=1");
    }

    private static IEnumerable<(string Path, Command Command)> Leaves() =>
        ShellTests.All(CommandLine.Build(), "").Where(each => each.Command.Subcommands.Count == 0);

    private static string Table(Command command)
    {
        var table = new StringBuilder("| option | what it does |\n|---|---|\n");
        foreach (var option in command.Options.Where(each => each is not (HelpOption or VersionOption)))
        {
            var names = string.Join(", ", option.Aliases.Prepend(option.Name).Select(name => $"`{name}`"));
            var value = option.ValueType == typeof(bool) ? "" : $" *{option.HelpName}*";
            var description = option.Description!.Replace("|", "\\|", StringComparison.Ordinal)
                + (option.HasDefaultValue && option.ValueType != typeof(bool) ? $" Default: {Default(option)}." : "");
            table.Append($"| {names}{value.Replace("|", "\\|", StringComparison.Ordinal)} | {description} |\n");
        }

        return table.ToString();
    }

    private static string Default(Option option) =>
        Convert.ToString(option.GetDefaultValue(), System.Globalization.CultureInfo.InvariantCulture)!;
}
