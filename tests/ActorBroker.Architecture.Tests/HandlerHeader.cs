using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActorBroker.Architecture.Tests;

/// <summary>What the comment of an API's handler says: the versions first, then behaviour and gaps.</summary>
/// <param name="Versions">Written as in the table, e.g. <c>4-17</c>, or <c>0</c>.</param>
/// <param name="Text">The rest, as Markdown.</param>
internal sealed partial record HandlerHeader(string Versions, string Text)
{
    private const string Folder = "src/ActorBroker.Gateway/Handlers/";

    /// <summary>Reads the header of an API's handler.</summary>
    public static HandlerHeader Of(string api)
    {
        var file = Repository.Sources.Single(source =>
            source.Path.StartsWith(Folder, StringComparison.Ordinal) &&
            source.Path.EndsWith($"/{api}Handler.cs", StringComparison.Ordinal));
        var handler = file.Syntax.DescendantNodes().OfType<ClassDeclarationSyntax>().First();
        var summary = Summary().Match(handler.GetLeadingTrivia().ToFullString());
        var plain = Slashes().Replace(summary.Groups[1].Value, " ").Trim();
        var start = Start().Match(plain);
        Assert.True(
            start.Success && start.Groups[1].Value == api,
            $"the comment of {file.Path} begins with '{api} v' and the versions, not: {plain}");
        return new HandlerHeader(start.Groups[2].Value, Markdown(plain[start.Length..]));
    }

    private static string Markdown(string text)
    {
        text = Code().Replace(text, "`$1$2`").TrimStart(':', '.', ',', ' ');
        text = text.Replace("&lt;", "<", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
        return VersionWord().IsMatch(text) ? text : char.ToUpperInvariant(text[0]) + text[1..];
    }

    [GeneratedRegex("<summary>(.*?)</summary>", RegexOptions.Singleline)]
    private static partial Regex Summary();

    [GeneratedRegex(@"\s*///\s*|\s+")]
    private static partial Regex Slashes();

    [GeneratedRegex(@"^(\w+) v(\d+(?:-\d+)?)")]
    private static partial Regex Start();

    [GeneratedRegex(@"^v\d")]
    private static partial Regex VersionWord();

    [GeneratedRegex(@"<c>(.*?)</c>|<see cref=""([^""]+)""/>")]
    private static partial Regex Code();
}
