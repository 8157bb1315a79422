using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActorBroker.Architecture.Tests;

/// <summary>The rules of style that no analyzer knows; each yields one line per violation.</summary>
internal static partial class TidyRules
{
    public const int LineLengthMax = 120;
    public const int MethodLinesMax = 70;
    public const int FileLinesMax = 600;
    public const int TestFileLinesMax = 800;

    public static IEnumerable<string> LongLines(SourceFile file) =>
        from line in file.Lines.Index()
        where line.Item.TrimEnd('\r').Length > LineLengthMax
        select $"{file.Path}:{line.Index + 1}: {line.Item.Length} characters";

    public static IEnumerable<string> LongFiles(SourceFile file)
    {
        var max = file.IsTest ? TestFileLinesMax : FileLinesMax;
        return file.Lines.Length > max ? [$"{file.Path}: {file.Lines.Length} lines"] : [];
    }

    public static IEnumerable<string> LongMethods(SourceFile file) =>
        from node in file.Syntax.DescendantNodes()
        where node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
        let span = node.SyntaxTree.GetLineSpan(node.Span)
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > MethodLinesMax
        select $"{file.Path}:{span.StartLinePosition.Line + 1}: {lines} lines";

    /// <summary>What is left to do belongs into an issue, where somebody finds it.</summary>
    public static IEnumerable<string> Leftovers(SourceFile file) =>
        from line in file.Lines.Index()
        where Leftover().IsMatch(line.Item)
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";

    /// <summary>A path of somebody's checkout or home folder works nowhere else.</summary>
    public static IEnumerable<string> MachinePaths(string path, IEnumerable<string> lines) =>
        from line in lines.Index()
        where MachinePath().IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}";

    /// <summary>The event id of each log message.</summary>
    public static IEnumerable<(int Id, string Where)> EventIds(SourceFile file) =>
        from attribute in file.Syntax.DescendantNodes().OfType<AttributeSyntax>()
        where attribute.Name.ToString() is "LoggerMessage" or "LoggerMessageAttribute"
        let line = attribute.SyntaxTree.GetLineSpan(attribute.Span).StartLinePosition.Line + 1
        select (EventId(attribute), $"{file.Path}:{line}");

    /// <summary>Given by name or as the first argument; -1 when it is no plain number.</summary>
    private static int EventId(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList?.Arguments ?? [];
        var argument = arguments.FirstOrDefault(a => NameOf(a) is "EventId" or "eventId")
            ?? arguments.FirstOrDefault(a => NameOf(a) is null);
        return argument?.Expression is LiteralExpressionSyntax { Token.Value: int id } ? id : -1;
    }

    private static string? NameOf(AttributeArgumentSyntax argument) =>
        argument.NameEquals?.Name.Identifier.Text ?? argument.NameColon?.Name.Identifier.Text;

    // Written in pieces, or the rule would find itself.
    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"(?<![\w.$}/:-])/(home|root|Users|work|workspace|builds)/\w|\b[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();
}
