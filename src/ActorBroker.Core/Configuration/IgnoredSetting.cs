namespace ActorBroker.Core.Configuration;

/// <summary>A setting that someone wrote and that has no effect here: the start warns about it.</summary>
/// <param name="Name">The key.</param>
/// <param name="Origin">Where it was written.</param>
/// <param name="Reason">Why it has no effect.</param>
public sealed record IgnoredSetting(string Name, string Origin, string Reason);
