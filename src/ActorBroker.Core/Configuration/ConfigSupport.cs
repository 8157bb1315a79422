namespace ActorBroker.Core.Configuration;

/// <summary>What this broker does with a setting.</summary>
public enum ConfigSupport : byte
{
    /// <summary>It has the effect that its sentence tells.</summary>
    Honoured,

    /// <summary>It is accepted, checked and shown, and has no effect: the start says so.</summary>
    Ignored,

    /// <summary>
    /// Any value but the default stops the start: without its effect, the broker would run less safe than asked.
    /// </summary>
    Refused,
}
