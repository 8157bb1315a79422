using System.Text.RegularExpressions;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// Reads partitions that it was told to read, or those that its group gives it. It fetches ahead while the caller
/// works, within bounded memory; checks every batch's checksum, unpacks every codec, and gets over lost connections and
/// moved leaders in silence.
/// </summary>
/// <remarks>
/// One reader at a time; everything else may be called from any thread, also while a reader waits, and counts for the
/// next record that the reader is given. A reader that throws may be followed by another, which goes on at the
/// position.
/// A member of a group joins when it is first read, and what happens in the group happens in the reader's turn, that is
/// when the next record is asked for. Heartbeats do not wait for it, up to
/// <see cref="ConsumerOptions.MaxPollInterval"/>.
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

    /// <summary>The topics that are subscribed to, by name or because they match; empty for none.</summary>
    IReadOnlyCollection<string> Subscription { get; }

    /// <summary>The member as its group knows it now; null without <see cref="ConsumerOptions.GroupId"/>.</summary>
    GroupMetadata? GroupMetadata { get; }

    /// <summary>
    /// Shares these topics' partitions with the other members of the group. Replaces an earlier subscription: what is
    /// in both is kept as far as the group's protocol lets it. A topic that does not exist yet is waited for.
    /// </summary>
    /// <param name="topics">The topics.</param>
    /// <param name="handlers">What to do when partitions come and go.</param>
    /// <exception cref="InvalidOperationException">
    /// There is no <see cref="ConsumerOptions.GroupId"/>, or partitions were assigned by hand.
    /// </exception>
    void Subscribe(IEnumerable<string> topics, RebalanceHandlers? handlers = null);

    /// <summary>
    /// Shares the partitions of all topics whose name matches, also of new ones: the cluster is asked each
    /// <see cref="ClientOptions.MetadataMaxAge"/>. Kafka's own topics (<c>__consumer_offsets</c>) never match.
    /// </summary>
    void Subscribe(Regex pattern, RebalanceHandlers? handlers = null);

    /// <summary>The same, with an expression that the broker evaluates.</summary>
    void Subscribe(SubscriptionPattern pattern, RebalanceHandlers? handlers = null);

    /// <summary>
    /// Gives up all partitions as a rebalance does, and leaves the group; a static member only stops.
    /// </summary>
    Task UnsubscribeAsync(CancellationToken cancel = default);

    /// <summary>
    /// Commits the positions of all partitions that are read: everything that was handed out, the newest record too.
    /// Without <see cref="ConsumerOptions.EnableAutoOffsetStore"/>, what was stored.
    /// </summary>
    /// <remarks>
    /// Commits take effect in the order of their calls, awaited or not; those that wait for an earlier one go together.
    /// What passes (a coordinator that moves, a rebalance under way) is waited out for
    /// <see cref="ClientOptions.OperationTimeout"/>.
    /// </remarks>
    /// <exception cref="BrokerErrorException">
    /// The group refused, e.g. by ILLEGAL_GENERATION or UNKNOWN_MEMBER_ID where the partition has another owner now.
    /// </exception>
    Task CommitAsync(CancellationToken cancel = default);

    /// <summary>Commits that everything up to and with this record is processed.</summary>
    Task CommitAsync(ConsumeResult<TKey, TValue> result, CancellationToken cancel = default);

    /// <summary>Commits these offsets as they are.</summary>
    Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets, CancellationToken cancel = default);

    /// <summary>
    /// Everything up to and with this record is processed: the next commit of auto-commit says so. With
    /// <see cref="ConsumerOptions.EnableAutoOffsetStore"/> it matters for the newest record alone, where no other is
    /// asked for after it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The partition is not read, or no longer.</exception>
    void StoreOffset(ConsumeResult<TKey, TValue> result);

    /// <summary>Everything before this offset is processed; for who reads batches.</summary>
    /// <exception cref="InvalidOperationException">The partition is not read, or no longer.</exception>
    void StoreOffset(TopicPartition partition, OffsetAndMetadata offset);

    /// <summary>What the group has committed; null where there is nothing.</summary>
    Task<IReadOnlyDictionary<TopicPartition, OffsetAndMetadata?>> CommittedAsync(
        IEnumerable<TopicPartition> partitions, CancellationToken cancel = default);

    /// <summary>
    /// Waits for records, and gives those that are there, at most <see cref="ConsumerOptions.MaxPollRecords"/>. All of
    /// them are being processed until the next poll. Ends of partitions are among them where they are asked for.
    /// </summary>
    /// <param name="timeout">How long to wait for the first; there is none then.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="KafkaException">As of <see cref="ReadAllAsync"/>.</exception>
    Task<IReadOnlyList<ConsumeResult<TKey, TValue>>> PollAsync(TimeSpan timeout, CancellationToken cancel = default);

    /// <summary>
    /// Reads and processes until cancelled: records of one partition (or key) in order, different ones at the same
    /// time. Commits by itself, each <see cref="ConsumerOptions.AutoCommitInterval"/>, before partitions are given up
    /// and at the end, and only what is processed without a gap before it.
    /// </summary>
    /// <param name="handler">
    /// Processes a record. Its exception ends all, and the record is not committed; only a
    /// <see cref="RetryLaterException"/> lets all but the record's partition go on. Its token is cancelled when the
    /// run ends and the drain's time is over; not where only its partition is taken and given to another member.
    /// </param>
    /// <param name="options">How much at a time; null for the defaults.</param>
    /// <param name="cancel">
    /// Ends the reading; what is being processed may end, within the drain's time, and is committed.
    /// </param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task ConsumeParallelAsync(
        Func<ConsumeResult<TKey, TValue>, CancellationToken, ValueTask> handler,
        ParallelConsumeOptions? options = null,
        CancellationToken cancel = default);
}
