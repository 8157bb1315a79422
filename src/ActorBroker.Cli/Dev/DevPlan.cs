namespace ActorBroker.Cli.Dev;

/// <summary>What <c>dev</c> is to start.</summary>
/// <param name="Server">The program and its first arguments.</param>
/// <param name="Brokers">How many brokers.</param>
/// <param name="Port">The first one's port; 0: any free ones.</param>
/// <param name="Data">The folder of all data; null: a temporary one.</param>
internal sealed record DevPlan(IReadOnlyList<string> Server, int Brokers, int Port, string? Data);
