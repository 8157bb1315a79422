using System.Collections.Immutable;
using ActorBroker.Protocol.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace ActorBroker.Protocol.Tests;

/// <summary>A mistake in a spec is an error at its line; a good spec gives the same code each time.</summary>
public sealed class GeneratorTests
{
    private const string Head = "request Thing key 1 versions 0-3 flexible 2+\n";

    [Theory]
    [InlineData("message Thing versions 0\n", 0, "expected 'request', 'response' or 'data'")]
    [InlineData("request Thing key 1\n  A: int32\n", 0, "needs 'versions'")]
    [InlineData("request Thing versions 0-1\n  A: int32\n", 0, "needs its 'key'")]
    [InlineData("data Thing versions 0-1 color 3\n", 0, "'color'")]
    [InlineData("data Thing versions 0-1 flexible\n", 0, "'flexible' has no value")]
    [InlineData(Head + "  A: int33\n", 1, "the type 'int33' is unknown")]
    [InlineData(Head + "  A: int32\n  A: int32\n", 2, "'A' is there twice")]
    [InlineData(Head + "  A int32\n", 1, "expected 'Name: type'")]
    [InlineData(Head + "  A: int32 3-1\n", 1, "'3-1' is no range")]
    [InlineData(Head + "  A: int32 tag x\n", 1, "'x' is no number")]
    [InlineData(Head + "  A: int32 default\n", 1, "'default' has no value")]
    [InlineData(Head + "  A: int32 default many\n", 1, "'many' is no default for int32")]
    [InlineData(Head + "  A: int32?\n", 1, "cannot be null")]
    [InlineData(Head + "  A: string default null\n", 1, "not nullable")]
    [InlineData(Head + "  A: string nullable 2+\n", 1, "question mark")]
    [InlineData(Head + "  A: int32 tag 0\n", 1, "needs flexible versions")]
    [InlineData(Head + "  A: int32 2+ tag 0\n  B: int32 2+ tag 0\n", 1, "")]
    [InlineData(Head + "  A: []Part\n  B: int32\n", 1, "no fields below")]
    [InlineData(Head + "  A: int32\n      B: int32\n", 2, "indented by 6")]
    [InlineData(Head + "  A: Part?\n    B: int32\n", 1, "the default of a nullable struct is null")]
    public void A_mistake_is_an_error_at_its_file_and_line(string spec, int line, string text)
    {
        var error = Assert.Single(Run(("dir/01-Thing.spec", spec)).Diagnostics);
        Assert.Equal(DiagnosticSeverity.Error, error.Severity);
        Assert.Contains(text, error.GetMessage(null), StringComparison.Ordinal);
        var place = error.Location.GetLineSpan();
        Assert.Equal("dir/01-Thing.spec", place.Path);
        Assert.InRange(place.StartLinePosition.Line, line, line + 1);
    }

    [Fact]
    public void One_bad_file_does_not_take_the_others_along()
    {
        var result = Run(("01-Bad.spec", "nonsense\n"), ("02-Good.spec", Head + "  A: int32\n"));
        Assert.Single(result.Diagnostics);
        Assert.Contains(result.GeneratedTrees, tree => Path.GetFileName(tree.FilePath) == "ThingRequest.g.cs");
    }

    [Fact]
    public void The_same_spec_gives_the_same_code_and_one_file_per_message()
    {
        const string Spec = "# Idea.\n\n" + Head +
            "  A: []Part 1+ ignorable  # Says why.\n    B: string?  default null\n\n" +
            "response Thing key 1 versions 0-3 flexible 2+\n  C: int32\n";
        var first = Run(("01-Thing.spec", Spec));
        var second = Run(("01-Thing.spec", Spec));
        Assert.Equal(
            ["MessageRegistry.g.cs", "ThingRequest.g.cs", "ThingResponse.g.cs"],
            first.GeneratedTrees.Select(tree => Path.GetFileName(tree.FilePath)).Order(StringComparer.Ordinal));
        Assert.Equal(Texts(first), Texts(second));
        Assert.Contains(Texts(first), text => text.Contains("Says why.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_struct_named_like_a_field_around_it_gets_a_suffix()
    {
        const string Spec = Head + "  State: State\n    A: int32\n  Other: []Other2\n    Other2: int8\n";
        var code = Texts(Run(("01-Thing.spec", Spec))).Single(
            text => text.Contains("class ThingRequest", StringComparison.Ordinal));
        Assert.Contains("public ThingRequest.StateData State { get; set; }", code, StringComparison.Ordinal);
        Assert.Contains("public List<ThingRequest.Other2Data> Other { get; set; }", code, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Texts(GeneratorDriverRunResult result) =>
        result.GeneratedTrees.Select(tree => tree.ToString());

    private static GeneratorDriverRunResult Run(params (string Path, string Text)[] specs)
    {
        var files = specs.Select(spec => (AdditionalText)new SpecText(spec.Path, spec.Text)).ToImmutableArray();
        var driver = CSharpGeneratorDriver.Create([new SpecGenerator().AsSourceGenerator()], files);
        return driver.RunGenerators(
            CSharpCompilation.Create("specs"), TestContext.Current.CancellationToken).GetRunResult();
    }

    private sealed class SpecText(string path, string text) : AdditionalText
    {
        public override string Path { get; } = path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
