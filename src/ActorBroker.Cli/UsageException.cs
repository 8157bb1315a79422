namespace ActorBroker.Cli;

/// <summary>The command line contradicts itself or the cluster; the message says what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
