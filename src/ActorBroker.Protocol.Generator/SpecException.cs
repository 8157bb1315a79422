namespace ActorBroker.Protocol.Generator;

/// <summary>A mistake in a spec: what it is, and in which line (counted from 0).</summary>
internal sealed class SpecException(int line, string message) : Exception(message)
{
    public int Line { get; } = line;
}
