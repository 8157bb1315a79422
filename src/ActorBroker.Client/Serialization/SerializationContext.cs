namespace ActorBroker.Client;

/// <summary>What a serializer may want to know besides the value, e.g. to find its schema in a registry.</summary>
/// <param name="Topic">The record's topic.</param>
/// <param name="Part">Key or value.</param>
public readonly record struct SerializationContext(string Topic, RecordPart Part);
