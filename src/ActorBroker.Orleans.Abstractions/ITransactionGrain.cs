using System.Collections.Immutable;
using ActorBroker.Records;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans;

/// <summary>
/// The door to a transaction's coordinator, as it is going to be. **There are no transactions in this product yet, and
/// no grain behind this interface**: <c>GetGrain</c> throws. Its key: the transactional id.
/// </summary>
[Alias("ActorBroker.ITransactionGrain")]
public interface ITransactionGrain : IGrainWithStringKey
{
    /// <summary>
    /// Gives the producer its id and a new epoch: whoever wrote under the transactional id before is fenced, and what
    /// it left open is aborted.
    /// </summary>
    [Alias("InitProducerId")]
    Task<TransactionAnswer> InitProducerIdAsync(TransactionalProducer producer, int transactionTimeoutMs);

    /// <summary>Partitions become part of the transaction, before anything is written to them.</summary>
    [Alias("AddPartitions")]
    Task<TransactionAnswer> AddPartitionsAsync(
        TransactionalProducer producer, ImmutableArray<TopicPartition> partitions);

    /// <summary>The offsets of a group become part of the transaction, before they are committed in it.</summary>
    [Alias("AddOffsets")]
    Task<TransactionAnswer> AddOffsetsAsync(TransactionalProducer producer, string groupId);

    /// <summary>Decides the transaction; decided again the same way, it stays so.</summary>
    [Alias("End")]
    Task<TransactionAnswer> EndAsync(TransactionalProducer producer, bool isCommitted);
}

/// <summary>A producer of transactions.</summary>
/// <param name="ProducerId">Its id; -1 where it has none yet.</param>
/// <param name="ProducerEpoch">Its epoch; -1 where it has none yet.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.TransactionalProducer")]
public readonly record struct TransactionalProducer(
    [property: Id(0)] long ProducerId = -1, [property: Id(1)] short ProducerEpoch = -1);

/// <summary>What became of a step of a transaction.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.TransactionAnswer")]
public sealed record TransactionAnswer
{
    /// <summary>The outcome, by Kafka's code.</summary>
    [Id(0)]
    public required ErrorCode Error { get; init; }

    /// <summary>The producer's id and epoch from now on.</summary>
    [Id(1)]
    public TransactionalProducer Producer { get; init; } = new(-1, -1);

    /// <summary>Where partitions were asked for: the outcome of each.</summary>
    [Id(2)]
    public ImmutableArray<PartitionAnswer> Partitions { get; init; } = [];
}
