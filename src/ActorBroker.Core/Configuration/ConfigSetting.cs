namespace ActorBroker.Core.Configuration;

/// <summary>A value that someone set.</summary>
/// <param name="Value">The value; null when it is set to nothing.</param>
/// <param name="Text">As it is shown.</param>
/// <param name="Origin">Where it was written.</param>
internal sealed record ConfigSetting(object? Value, string? Text, string Origin);
