namespace ActorBroker.Storage;

/// <summary>Where a leader epoch starts.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="StartOffset">The log end offset when its leader began.</param>
public readonly record struct EpochEntry(int Epoch, long StartOffset);
