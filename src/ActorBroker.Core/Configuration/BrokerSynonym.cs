namespace ActorBroker.Core.Configuration;

/// <summary>A broker setting that a topic setting falls back to.</summary>
/// <param name="Key">The broker setting.</param>
/// <param name="Factor">How many of the topic setting's units one of its units is: <c>log.roll.hours</c> in ms.</param>
public readonly record struct BrokerSynonym(ConfigKey Key, long Factor = 1);
