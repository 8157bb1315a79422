using System.Text.RegularExpressions;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>What a consumer does as the member of a group.</summary>
public sealed partial class Consumer<TKey, TValue>
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> Subscription => [];

    /// <inheritdoc/>
    public GroupMetadata? GroupMetadata => null;

    /// <inheritdoc/>
    public void Subscribe(IEnumerable<string> topics, RebalanceHandlers? handlers = null) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public void Subscribe(Regex pattern, RebalanceHandlers? handlers = null) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public void Subscribe(SubscriptionPattern pattern, RebalanceHandlers? handlers = null) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task UnsubscribeAsync(CancellationToken cancel = default) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task CommitAsync(CancellationToken cancel = default) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task CommitAsync(ConsumeResult<TKey, TValue> result, CancellationToken cancel = default) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets, CancellationToken cancel = default) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public void StoreOffset(ConsumeResult<TKey, TValue> result) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<TopicPartition, OffsetAndMetadata?>> CommittedAsync(
        IEnumerable<TopicPartition> partitions, CancellationToken cancel = default) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IReadOnlyList<ConsumeResult<TKey, TValue>>> PollAsync(
        TimeSpan timeout, CancellationToken cancel = default) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task ConsumeParallelAsync(
        Func<ConsumeResult<TKey, TValue>, CancellationToken, ValueTask> handler,
        ParallelConsumeOptions? options = null,
        CancellationToken cancel = default) => throw new NotSupportedException();
}
