using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace ActorBroker.Protocol.Generator;

/// <summary>
/// Makes one class with its codec from each message in the project's <c>.spec</c> files, and a registry of all of them.
/// A mistake in a spec becomes an error at its file and line.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class SpecGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor BadSpec = new(
        "ABSPEC1", "Bad message spec", "{0}", "Protocol", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // Path and text are values with equality, so an edit makes only its own file's classes again.
        var specs = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".spec", StringComparison.Ordinal))
            .Select(static (file, cancel) => (file.Path, Text: file.GetText(cancel)?.ToString() ?? ""));
        context.RegisterSourceOutput(specs, static (output, spec) => AddMessages(output, spec.Path, spec.Text));
        context.RegisterSourceOutput(specs.Collect(), static (output, all) =>
        {
            var messages = new List<MessageSpec>();
            foreach (var (_, text) in all.OrderBy(spec => Path.GetFileName(spec.Path), StringComparer.Ordinal))
            {
                try
                {
                    messages.AddRange(SpecParser.Parse(text));
                }
                catch (SpecException)
                {
                    // Reported where the file's own messages are made.
                }
            }

            output.AddSource("MessageRegistry.g.cs", SourceText.From(RegistryEmitter.Emit(messages), Encoding.UTF8));
        });
    }

    private static void AddMessages(SourceProductionContext output, string path, string text)
    {
        try
        {
            foreach (var message in SpecParser.Parse(text))
            {
                var code = MessageEmitter.Emit(message);
                output.AddSource(message.ClassName + ".g.cs", SourceText.From(code, Encoding.UTF8));
            }
        }
        catch (SpecException mistake)
        {
            var lines = SourceText.From(text).Lines;
            var line = lines[Math.Min(mistake.Line, lines.Count - 1)];
            var location = Location.Create(path, line.Span, lines.GetLinePositionSpan(line.Span));
            output.ReportDiagnostic(Diagnostic.Create(BadSpec, location, mistake.Message));
        }
    }
}
