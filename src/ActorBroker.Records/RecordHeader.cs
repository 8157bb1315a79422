namespace ActorBroker.Records;

/// <summary>One header of a record to be written.</summary>
/// <param name="Key">The name; may repeat within a record.</param>
/// <param name="Value">The bytes, or null.</param>
public readonly record struct RecordHeader(string Key, ReadOnlyMemory<byte>? Value);
