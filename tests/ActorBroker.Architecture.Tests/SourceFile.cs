using Microsoft.CodeAnalysis;

namespace ActorBroker.Architecture.Tests;

/// <summary>One C# file of the repository.</summary>
internal sealed class SourceFile(string path, string text)
{
    private readonly Lazy<SyntaxNode> _syntax = new(() => Repository.Parse(text));

    /// <summary>From the root, with slashes.</summary>
    public string Path => path;

    public string[] Lines { get; } = text.TrimEnd('\n').Split('\n');

    public bool IsTest => path.StartsWith("tests/", StringComparison.Ordinal);

    /// <summary>The room of a product file, e.g. <c>Core</c>; empty elsewhere.</summary>
    public string Room => path.StartsWith("src/ActorBroker.", StringComparison.Ordinal)
        ? path.Split('/')[1]["ActorBroker.".Length..]
        : "";

    public SyntaxNode Syntax => _syntax.Value;
}
