using System.CommandLine;

namespace ActorBroker.Cli;

/// <summary>A command whose help closes with examples.</summary>
internal sealed class ToolCommand(string name, string description, params string[] examples)
    : Command(name, description)
{
    /// <summary>Command lines that work as they stand, without the tool's name.</summary>
    public IReadOnlyList<string> Examples => examples;
}
