namespace ActorBroker.Core.Configuration;

/// <summary>One setting as someone wrote it.</summary>
/// <param name="Name">The key.</param>
/// <param name="Value">The text of the value.</param>
/// <param name="Origin">Where it was written, for people: <c>actorbroker.properties line 3</c>.</param>
public sealed record ConfigInput(string Name, string Value, string Origin);
