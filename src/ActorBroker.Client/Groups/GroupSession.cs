using ActorBroker.Client.Cluster;
using ActorBroker.Client.Consuming;
using ActorBroker.Client.Telemetry;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>
/// A consumer's side of its group: the subscription and its loop, commits, and what the reader does in its turns.
/// </summary>
internal sealed class GroupSession : IAsyncDisposable
{
    /// <summary>How long giving everything up may take in all, as in Kafka's own client.</summary>
    private static readonly TimeSpan GivingUpTime = TimeSpan.FromSeconds(30);

    private readonly ClusterClient _cluster;
    private readonly ConsumerOptions _options;
    private readonly FetchCoordinator _coordinator;
    private readonly ReaderTurns _turns;
    private readonly CoordinatorLink _link;
    private readonly CommittedOffsets _committed;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private GroupSubscription? _subscription;
    private GroupLoop? _loop;
    private Task _running = Task.CompletedTask;
    private Task _committing = Task.CompletedTask;
    private CancellationTokenSource? _stopping;
    private Task? _disposing;
    private bool _isCommitting;
    private bool _isClosed;

    public GroupSession(
        ClusterClient cluster, ConsumerOptions options, FetchCoordinator coordinator, ReaderTurns turns)
    {
        _cluster = cluster;
        _options = options;
        _coordinator = coordinator;
        _turns = turns;
        _link = new CoordinatorLink(cluster, GroupId);
        _committed = new CommittedOffsets(cluster, _link, GroupId);
        Commits = new OffsetCommitter(_link, coordinator, GroupId, () => Identity, () => IsJoining);
        coordinator.Committed = _committed;
        turns.Waiting = ReaderWaits;
    }

    public string GroupId => _options.GroupId!;

    public OffsetCommitter Commits { get; }

    public CommittedOffsets Committed => _committed;

    /// <summary>
    /// Waits, in the reader's turn, until what is being processed of partitions that are given up is done; null where
    /// processing ends before the reader's turn anyway.
    /// </summary>
    public Func<IReadOnlyCollection<TopicPartition>, CancellationToken, Task>? Drain { get; set; }

    /// <summary>True where only what was stored is committed.</summary>
    public bool CommitsStoredOnly => Drain is not null || !_options.EnableAutoOffsetStore;

    public bool IsSubscribed => Subscription is not null;

    public GroupSubscription? Subscription
    {
        get
        {
            lock (_gate)
            {
                return _subscription;
            }
        }
    }

    public IReadOnlyCollection<string> Topics
    {
        get
        {
            lock (_gate)
            {
                return _subscription switch
                {
                    null => [],
                    { Topics: { } names } => names,

                    // The broker knows what matches; of that the reader sees what is assigned to it.
                    { BrokerPattern: not null } => [.. _coordinator.Assignment.Select(each => each.Topic).Distinct()],
                    _ => _loop?.Topics ?? [],
                };
            }
        }
    }

    /// <summary>As whom to commit; null while this is to be a member and is none.</summary>
    public MemberIdentity? Identity
    {
        get
        {
            lock (_gate)
            {
                return _subscription is null ? MemberIdentity.Nobody : _loop?.Identity;
            }
        }
    }

    private bool IsJoining
    {
        get
        {
            lock (_gate)
            {
                return _loop is { IsJoining: true };
            }
        }
    }

    private bool AutoCommits => _options.EnableAutoCommit || Drain is not null;

    /// <summary>Subscribes, or subscribes to something else; the member joins when it is read.</summary>
    public void Subscribe(GroupSubscription subscription)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(IConsumer<,>));
            if (_subscription is null && _coordinator.Assignment.Count > 0)
            {
                throw new InvalidOperationException(
                    "Partitions were assigned by hand: unassign them before you subscribe.");
            }

            _subscription = subscription;
            _loop?.Subscribe(subscription);
            if (_loop is null && _turns.IsReaderWaiting)
            {
                StartLoop(subscription);
            }
        }
    }

    /// <summary>Gives everything up and leaves the group, within the time for it.</summary>
    public async Task UnsubscribeAsync(CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(GivingUpTime, _cluster.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var subscription = Subscription;
        var loop = await StopLoopAsync().ConfigureAwait(false);
        try
        {
            await _turns.RunAloneAsync(token => GiveUpAsync(loop, token), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            // What is not done by now is not done in an orderly way: the group finds out by itself.
            _coordinator.Unassign(_coordinator.Assignment);
        }
        finally
        {
            await Commits.AbandonAsync().ConfigureAwait(false);
            if (loop is not null)
            {
                await loop.LeaveAsync(either.Token).ConfigureAwait(false);
            }

            lock (_gate)
            {
                // Who subscribed meanwhile joins when it is read.
                _subscription = ReferenceEquals(_subscription, subscription) ? null : _subscription;
                _loop = null;
            }

            await _link.DropOwnAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Commits what is processed, as auto-commit does; what fails is committed later, or read again.</summary>
    public async Task CommitProcessedAsync()
    {
        try
        {
            await Commits.CommitAsync(_coordinator.Processed(CommitsStoredOnly), CancellationToken.None)
                .WaitAsync(_cluster.Options.RequestTimeout, _cluster.Options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever it was, the next commit may succeed. At least once: what is not committed is read again.
        }
    }

    /// <summary>Closes once; whoever calls it again waits for the same end.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            return new ValueTask(_disposing ??= Task.Run(CloseAsync));
        }
    }

    private async Task CloseAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        try
        {
            await UnsubscribeAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            await _committing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _closing.Dispose();
        }
    }

    private void ReaderWaits()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            if (!_isCommitting && AutoCommits)
            {
                _isCommitting = true;
                _committing = Task.Run(AutoCommitAsync);
            }

            if (_subscription is not null && _loop is null)
            {
                StartLoop(_subscription);
            }

            _loop?.Wake();
        }
    }

    private void StartLoop(GroupSubscription subscription)
    {
        IMembership membership = _options.GroupProtocol == GroupProtocol.Classic
            ? new ClassicMembership(_cluster, _link, _options)
            : new ConsumerMembership(_cluster, _link, _options);
        var watch = new ReaderWatch(_turns, _options.MaxPollInterval, _cluster.Options.TimeProvider);
        _loop = new GroupLoop(membership, _link, _turns, watch, _coordinator, HandOverAsync);
        _loop.Subscribe(subscription);
        _stopping = new CancellationTokenSource();
        var (loop, token) = (_loop, _stopping.Token);
        _running = Task.Run(() => loop.RunAsync(token), CancellationToken.None);
    }

    private async Task<GroupLoop?> StopLoopAsync()
    {
        GroupLoop? loop;
        Task running;
        CancellationTokenSource? stopping;
        lock (_gate)
        {
            (loop, running, stopping) = (_loop, _running, _stopping);
            _stopping = null;
        }

        if (stopping is not null)
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
            stopping.Dispose();
        }

        return loop;
    }

    private async ValueTask GiveUpAsync(GroupLoop? loop, CancellationToken cancel)
    {
        _turns.Clear();
        var all = _coordinator.Assignment;
        if (all.Count > 0 && IsSubscribed)
        {
            var kind = loop?.Identity is null ? HandoverKind.Lose : HandoverKind.Revoke;
            await HandOverAsync(new Handover(kind, [.. all]), cancel, cancel).ConfigureAwait(false);
        }
        else
        {
            await CommitBeforeGivingUpAsync(cancel).ConfigureAwait(false);
            _coordinator.Unassign(all);
        }
    }

    private ValueTask HandOverAsync(Handover handover, CancellationToken cancel) =>
        HandOverAsync(handover, cancel, CancellationToken.None);

    /// <summary>What the reader does in a handover.</summary>
    /// <param name="handover">What moves.</param>
    /// <param name="cancel">For the handlers.</param>
    /// <param name="hurry">Ends the waiting for what is being processed or committed, which have limits anyway.</param>
    private async ValueTask HandOverAsync(Handover handover, CancellationToken cancel, CancellationToken hurry)
    {
        var (kind, partitions) = handover;
        var handlers = Subscription!.Handlers;
        ClientInstruments.HandedOver(GroupId, kind, partitions.Count);
        if (kind != HandoverKind.Assign)
        {
            // First of all: who closes the consumer runs beside a reader that would go on.
            _coordinator.StopDelivery(partitions);
        }

        try
        {
            switch (kind)
            {
                case HandoverKind.Assign:
                    _coordinator.AssignHeld(partitions);
                    await CallAsync(handlers.Assigned, partitions, cancel).ConfigureAwait(false);
                    break;
                case HandoverKind.Revoke:
                    await DrainAsync(partitions, hurry).ConfigureAwait(false);
                    await CallAsync(handlers.Revoked, partitions, cancel).ConfigureAwait(false);
                    break;
                default:
                    await DrainAsync(partitions, hurry).ConfigureAwait(false);
                    await CallAsync(handlers.Lost ?? handlers.Revoked, partitions, cancel).ConfigureAwait(false);
                    break;
            }
        }
        finally
        {
            if (kind == HandoverKind.Assign)
            {
                _coordinator.Release(partitions);
            }
            else
            {
                await (kind == HandoverKind.Revoke ? CommitBeforeGivingUpAsync(hurry) : Task.CompletedTask)
                    .ConfigureAwait(false);
                _coordinator.Unassign(partitions);
            }
        }
    }

    /// <summary>Waits for the commits that were called for, too: they count no more when it is given up.</summary>
    private async Task CommitBeforeGivingUpAsync(CancellationToken cancel)
    {
        if (AutoCommits)
        {
            _ = Commits.CommitAsync(_coordinator.Processed(CommitsStoredOnly), CancellationToken.None);
        }

        try
        {
            await Commits.DrainAsync()
                .WaitAsync(_cluster.Options.RequestTimeout, _cluster.Options.TimeProvider, cancel)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // At least once: what is not committed is read again.
        }
    }

    private Task DrainAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancel) =>
        Drain?.Invoke(partitions, cancel) ?? Task.CompletedTask;

    private static ValueTask CallAsync(
        Func<IReadOnlyCollection<TopicPartition>, CancellationToken, ValueTask>? handler,
        IReadOnlyList<TopicPartition> partitions,
        CancellationToken cancel) => handler?.Invoke(partitions, cancel) ?? ValueTask.CompletedTask;

    private async Task AutoCommitAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.AutoCommitInterval, _cluster.Options.TimeProvider, _closing.Token)
                    .ConfigureAwait(false);
                if (AutoCommits && Identity is not null)
                {
                    await CommitProcessedAsync().ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The consumer is closed.
        }
    }
}
