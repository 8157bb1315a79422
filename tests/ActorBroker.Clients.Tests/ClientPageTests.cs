using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests;

/// <summary>
/// The examples of <c>docs/client.md</c> are those of <see cref="ClientExamples"/>, <see cref="ClientGroupExamples"/>
/// and <see cref="ClientHostExamples"/> (<c>ACTORBROKER_WRITE_DOCS=1</c> writes them anew).
/// </summary>
public sealed class ClientPageTests
{
    private const string Begin = "<!-- example: ";

    private static readonly string Page = Path.Combine(RepositoryPaths.Root, "docs", "client.md");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_pages_examples_are_compiled_and_run_here()
    {
        var examples = await ReadExamplesAsync();
        var page = await File.ReadAllTextAsync(Page, Cancel);
        var current = page;
        var shown = new List<string>();
        for (var at = 0; (at = current.IndexOf(Begin, at, StringComparison.Ordinal)) >= 0; at++)
        {
            var name = current[(at + Begin.Length)..current.IndexOf(" -->", at, StringComparison.Ordinal)];
            var from = current.IndexOf("```csharp\n", at, StringComparison.Ordinal) + "```csharp\n".Length;
            var to = current.IndexOf("```\n", from, StringComparison.Ordinal);
            current = current[..from] + examples[name] + current[to..];
            shown.Add(name);
        }

        if (Environment.GetEnvironmentVariable("ACTORBROKER_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Page, current, Cancel);
            page = current;
        }

        Assert.Equal(examples.Keys.Order(), shown.Order());
        Assert.True(page == current, "docs/client.md is out of date: run this test once with ACTORBROKER_WRITE_DOCS=1");
    }

    private static async Task<Dictionary<string, string>> ReadExamplesAsync()
    {
        const string begin = "// example: ";
        var folder = Path.Combine(RepositoryPaths.Root, "tests", "ActorBroker.Clients.Tests");
        string[] lines =
        [
            .. await File.ReadAllLinesAsync(Path.Combine(folder, "ClientExamples.cs"), Cancel),
            .. await File.ReadAllLinesAsync(Path.Combine(folder, "ClientGroupExamples.cs"), Cancel),
            .. await File.ReadAllLinesAsync(Path.Combine(folder, "ClientHostExamples.cs"), Cancel),
        ];
        var examples = new Dictionary<string, string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimStart().StartsWith(begin, StringComparison.Ordinal))
            {
                var indent = lines[i].Length - lines[i].TrimStart().Length;
                var body = lines[(i + 1)..].TakeWhile(line => line.Trim() != "// end")
                    .Select(line => line.Length > indent ? line[indent..] : "");
                examples.Add(lines[i].Trim()[begin.Length..], string.Join('\n', body).TrimEnd() + "\n");
            }
        }

        return examples;
    }
}
