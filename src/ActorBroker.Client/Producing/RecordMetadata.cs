namespace ActorBroker.Client;

/// <summary>Where a delivered record stands.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset; -1 where the broker did not say, as with <see cref="Acks.None"/>.</param>
public readonly record struct RecordMetadata(string Topic, int Partition, long Offset);
