using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorBroker.Architecture.Tests;

/// <summary>The repository that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", "artifacts", "TestResults", "data"];

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview);

    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file that we wrote.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files("*.cs").Select(path => new SourceFile(Relative(path), File.ReadAllText(path)))];

    /// <summary>The project files of the product's rooms, by name without the product's prefix.</summary>
    public static IReadOnlyDictionary<string, string> RoomProjects { get; } = Files("*.csproj")
        .Where(path => Relative(path).Split('/')[0] is "src" or "aspire")
        .ToDictionary(path => Path.GetFileNameWithoutExtension(path)["ActorBroker.".Length..]);

    /// <summary>The files of a pattern, without what builds and tools leave behind.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        FilesBelow(new DirectoryInfo(Root), pattern).Select(file => file.FullName).Order(StringComparer.Ordinal);

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    public static SyntaxNode Parse(string text) => CSharpSyntaxTree.ParseText(text, ParseOptions).GetRoot();

    private static IEnumerable<FileInfo> FilesBelow(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Concat(folder.EnumerateDirectories()
            .Where(child => !child.Name.StartsWith('.') && !NotOurs.Contains(child.Name))
            .SelectMany(child => FilesBelow(child, pattern)));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorBroker.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("There is no ActorBroker.sln above the tests.");
        }

        return folder;
    }
}
