namespace ActorBroker.Core.Configuration;

/// <summary>Which values of a type a setting allows: a test and its words.</summary>
/// <param name="Text">For people: <c>at least 1</c>.</param>
/// <param name="Holds">The test.</param>
internal sealed record ConfigRule<T>(string Text, Func<T, bool> Holds);
