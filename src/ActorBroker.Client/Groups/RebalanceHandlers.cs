using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// What to do when a group's partitions move. Each runs in the reader's turn: the record before is processed, and no
/// other is handed out before it ends. None is called for no partitions. An exception ends the reading, not the
/// rebalance.
/// </summary>
public sealed record RebalanceHandlers
{
    /// <summary>
    /// Partitions came. They are assigned, and nothing of them was fetched: a seek here needs no committed offset.
    /// </summary>
    public Func<IReadOnlyCollection<TopicPartition>, CancellationToken, ValueTask>? Assigned { get; init; }

    /// <summary>
    /// Partitions are to be given up. They are this member's until it ends, so that commits count; with auto-commit,
    /// what was processed is committed after it.
    /// </summary>
    public Func<IReadOnlyCollection<TopicPartition>, CancellationToken, ValueTask>? Revoked { get; init; }

    /// <summary>
    /// Partitions were taken away, and others may read them already: commits are refused. Null: <see cref="Revoked"/>
    /// is called instead, as in Kafka.
    /// </summary>
    public Func<IReadOnlyCollection<TopicPartition>, CancellationToken, ValueTask>? Lost { get; init; }
}
