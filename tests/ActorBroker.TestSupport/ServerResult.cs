namespace ActorBroker.TestSupport;

/// <summary>How a server process ended, and what it said.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
public sealed record ServerResult(int ExitCode, string Output, string Errors);
