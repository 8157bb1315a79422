using System.Text.RegularExpressions;
using ActorBroker.Client.Groups;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>What a consumer does as the member of a group.</summary>
public sealed partial class Consumer<TKey, TValue>
{
    private readonly GroupSession? _group;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Subscription => _group?.Topics ?? [];

    /// <inheritdoc/>
    public GroupMetadata? GroupMetadata
    {
        get
        {
            if (_group is null)
            {
                return null;
            }

            var self = _group.Identity;
            return new GroupMetadata(
                _group.GroupId, self?.Generation ?? -1, self?.MemberId ?? "", _options.GroupInstanceId);
        }
    }

    private GroupSession Group => _group ?? throw new InvalidOperationException(
        "The consumer has no GroupId: set it in its options to subscribe and to commit.");

    /// <inheritdoc/>
    public void Subscribe(IEnumerable<string> topics, RebalanceHandlers? handlers = null)
    {
        List<string> names = [.. topics.Distinct().Order(StringComparer.Ordinal)];
        foreach (var name in names)
        {
            ArgumentException.ThrowIfNullOrEmpty(name, nameof(topics));
        }

        ArgumentOutOfRangeException.ThrowIfZero(names.Count, nameof(topics));
        Group.Subscribe(new GroupSubscription(names, null, null, handlers ?? new RebalanceHandlers()));
    }

    /// <inheritdoc/>
    public void Subscribe(Regex pattern, RebalanceHandlers? handlers = null)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        Group.Subscribe(new GroupSubscription(null, pattern, null, handlers ?? new RebalanceHandlers()));
    }

    /// <inheritdoc/>
    public void Subscribe(SubscriptionPattern pattern, RebalanceHandlers? handlers = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern?.Pattern, nameof(pattern));
        if (_options.GroupProtocol != GroupProtocol.Consumer)
        {
            throw new InvalidOperationException(
                "Brokers evaluate patterns for GroupProtocol.Consumer only: subscribe by a Regex.");
        }

        Group.Subscribe(new GroupSubscription(null, null, pattern, handlers ?? new RebalanceHandlers()));
    }

    /// <inheritdoc/>
    public async Task UnsubscribeAsync(CancellationToken cancel = default)
    {
        if (_group is not null)
        {
            await _group.UnsubscribeAsync(cancel).ConfigureAwait(false);
        }
        else
        {
            _coordinator.Unassign(_coordinator.Assignment);
        }
    }

    /// <inheritdoc/>
    public Task CommitAsync(CancellationToken cancel = default)
    {
        // A handler beside the reader, when another closes the consumer, knows nothing of the reader's record.
        var isProcessedOnly = Group.CommitsStoredOnly || (_turns.IsInside && IsReading);
        var offsets = isProcessedOnly ? _coordinator.Processed(Group.CommitsStoredOnly) : _coordinator.HandedOut();
        return Group.Commits.CommitAsync(offsets, cancel);
    }

    /// <inheritdoc/>
    public Task CommitAsync(ConsumeResult<TKey, TValue> result, CancellationToken cancel = default) =>
        CommitAsync(
            new Dictionary<TopicPartition, OffsetAndMetadata> { [result.TopicPartition] = After(result) }, cancel);

    /// <inheritdoc/>
    public Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        foreach (var offset in offsets.Values)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(offset.Offset, nameof(offsets));
        }

        return Group.Commits.CommitAsync(new Dictionary<TopicPartition, OffsetAndMetadata>(offsets), cancel);
    }

    /// <inheritdoc/>
    public void StoreOffset(ConsumeResult<TKey, TValue> result) => StoreOffset(result.TopicPartition, After(result));

    /// <inheritdoc/>
    public void StoreOffset(TopicPartition partition, OffsetAndMetadata offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset.Offset, nameof(offset));
        _ = Group;
        if (!_coordinator.TryStore(partition, offset))
        {
            throw new InvalidOperationException($"{partition} is not assigned to this consumer.");
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<TopicPartition, OffsetAndMetadata?>> CommittedAsync(
        IEnumerable<TopicPartition> partitions, CancellationToken cancel = default)
    {
        List<TopicPartition> asked = [.. partitions];
        return asked.Count == 0
            ? new Dictionary<TopicPartition, OffsetAndMetadata?>()
            : await Group.Committed.FindAllAsync(asked, cancel).ConfigureAwait(false);
    }

    private static OffsetAndMetadata After(in ConsumeResult<TKey, TValue> result) =>
        new(result.IsPartitionEof ? result.Offset : result.Offset + 1, result.LeaderEpoch);

    private void RefuseWhileSubscribed()
    {
        if (_group is { IsSubscribed: true })
        {
            throw new InvalidOperationException(
                "The group assigns this consumer's partitions: unsubscribe before you assign by hand.");
        }
    }
}
