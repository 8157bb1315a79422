using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>One change of a resource's configs.</summary>
/// <param name="Name">The config's name.</param>
/// <param name="Operation">What to do.</param>
/// <param name="Value">The value; null for <see cref="ConfigOperation.Delete"/>.</param>
public sealed record ConfigChange(string Name, ConfigOperation Operation, string? Value);

/// <summary>IncrementalAlterConfigs' operations, with its numbers.</summary>
public enum ConfigOperation : byte
{
    /// <summary>Give it this value.</summary>
    Set = 0,

    /// <summary>Back to the default.</summary>
    Delete = 1,

    /// <summary>Add to a list.</summary>
    Append = 2,

    /// <summary>Take from a list.</summary>
    Subtract = 3,
}

/// <summary>What became of a change of configs.</summary>
/// <param name="Error">The outcome.</param>
/// <param name="Message">What was wrong, for the client.</param>
public readonly record struct ConfigResult(ErrorCode Error, string? Message = null);
