namespace ActorBroker.Chaos.Faults;

/// <summary>
/// One way to hurt a cluster. When <see cref="RunAsync"/> ends, the runner undoes whatever is left of it. It stays
/// within the fault budget: all that is acknowledged must survive it.
/// </summary>
/// <param name="Name">Its name in the table and on the command line.</param>
/// <param name="RunAsync">Hurts, lets it last, and as a rule undoes it.</param>
internal sealed record Fault(string Name, Func<FaultScene, Task> RunAsync);
