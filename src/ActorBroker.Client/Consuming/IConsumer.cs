using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// Reads partitions that it was told to read. It fetches ahead while the caller works, within bounded memory; checks
/// every batch's checksum, unpacks every codec, and gets over lost connections and moved leaders in silence.
/// </summary>
/// <remarks>
/// One reader at a time; everything else may be called from any thread, also while a reader waits, and counts for the
/// next record that the reader is given. A reader that throws may be followed by another, which goes on at the
/// position.
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface IConsumer<TKey, TValue> : IAsyncDisposable
{
    /// <summary>The partitions that are read.</summary>
    IReadOnlyCollection<TopicPartition> Assignment { get; }

    /// <summary>Those of them that are paused.</summary>
    IReadOnlyCollection<TopicPartition> Paused { get; }

    /// <summary>Reads these partitions, and no others, each from its start.</summary>
    void Assign(IEnumerable<KeyValuePair<TopicPartition, StartPosition>> partitions);

    /// <summary>Reads these partitions too; one that is read already starts anew.</summary>
    void IncrementalAssign(IEnumerable<KeyValuePair<TopicPartition, StartPosition>> partitions);

    /// <summary>Reads these partitions no longer; one that is not read is passed over.</summary>
    void IncrementalUnassign(IEnumerable<TopicPartition> partitions);

    /// <summary>
    /// The records, as they come, without an end: in order within a partition, interleaved between partitions.
    /// </summary>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BrokerErrorException">
    /// A broker refused, e.g. by OFFSET_OUT_OF_RANGE under <see cref="AutoOffsetReset.None"/>.
    /// </exception>
    /// <exception cref="CorruptBatchException">A batch cannot be read.</exception>
    /// <exception cref="DeserializationException">A deserializer refused a record.</exception>
    /// <exception cref="LogTruncatedException">Records that were read are lost.</exception>
    /// <exception cref="KafkaException">
    /// A partition's leader could not be reached for <see cref="ClientOptions.OperationTimeout"/>.
    /// </exception>
    IAsyncEnumerable<ConsumeResult<TKey, TValue>> ReadAllAsync(CancellationToken cancel = default);

    /// <summary>
    /// The same batch by batch: the fastest way, without copies and deserializers. A partition's position is after a
    /// batch as soon as it is given out.
    /// </summary>
    IAsyncEnumerable<ConsumedBatch> ReadBatchesAsync(CancellationToken cancel = default);

    /// <summary>Goes on elsewhere in a partition that is read.</summary>
    /// <exception cref="InvalidOperationException">The partition is not read.</exception>
    void Seek(TopicPartition partition, StartPosition position);

    /// <summary>
    /// The offset of the next record to be given out; null until it was looked up, and where the partition is not read.
    /// </summary>
    long? GetPosition(TopicPartition partition);

    /// <summary>What the partition's leader said last; null before it was heard.</summary>
    PartitionWatermarks? GetWatermarks(TopicPartition partition);

    /// <summary>How many offsets the position is behind what can be read; null while either is not known.</summary>
    long? GetLag(TopicPartition partition);

    /// <summary>Gives out no records of these partitions until <see cref="Resume"/>; they stay assigned.</summary>
    void Pause(IEnumerable<TopicPartition> partitions);

    /// <summary>Goes on with paused partitions where they stood.</summary>
    void Resume(IEnumerable<TopicPartition> partitions);
}
