using System.Collections.Immutable;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Catalogue;
using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>
/// What administrators do to leaderships, replicas and brokers, at whichever broker they ask. The catalogue's documents
/// are changed here and now; the brokers concerned follow soon.
/// </summary>
public sealed class ClusterService
{
    private readonly BrokerState _state;
    private readonly CatalogueWriter _writer;
    private readonly PartitionChanges _partitions;

    internal ClusterService(BrokerState state, CatalogueWriter writer)
    {
        _state = state;
        _writer = writer;
        _partitions = new PartitionChanges(state, writer);
    }

    /// <summary>
    /// ElectLeaders: of these partitions, or (null) of all; results for those that were asked for, or changed.
    /// </summary>
    public async Task<IReadOnlyList<PartitionOutcome>> ElectLeadersAsync(
        ElectionKind kind, IReadOnlyList<TopicPartition>? partitions, CancellationToken cancel)
    {
        var outcomes = await _partitions.ChangeAsync(
            partitions?.Distinct().ToArray() ?? AllPartitions(),
            static partition => partition,
            (state, _, settings) => state.Elect(kind, _state.Cluster.View, settings),
            cancel).ConfigureAwait(false);
        return partitions is null
            ? [.. outcomes.Where(static outcome => outcome.Error != ErrorCode.ElectionNotNeeded)]
            : outcomes;
    }

    /// <summary>
    /// AlterPartitionReassignments (KIP-455): begins reassignments, and cancels them. A partition that comes more than
    /// once is refused, once.
    /// </summary>
    /// <param name="reassignments">What to do.</param>
    /// <param name="mayChangeFactor">Whether the number of replicas may become another.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task<IReadOnlyList<PartitionOutcome>> ReassignAsync(
        IReadOnlyList<Reassignment> reassignments, bool mayChangeFactor, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(reassignments);
        var wanted = reassignments.ToLookup(static reassignment => reassignment.Partition);
        var outcomes = await _partitions.ChangeAsync(
            [.. wanted.Where(static each => each.Count() == 1).Select(static each => each.Single())],
            static reassignment => reassignment.Partition,
            (state, reassignment, settings) => Reassign(state, reassignment, settings, mayChangeFactor),
            cancel).ConfigureAwait(false);
        return
        [
            .. outcomes,
            .. wanted.Where(static each => each.Count() > 1).Select(static each => new PartitionOutcome(
                each.Key, ErrorCode.InvalidRequest, "The partition comes more than once.")),
        ];
    }

    /// <summary>The reassignments under way: of these partitions, or (null) all.</summary>
    public IReadOnlyList<OngoingReassignment> ListReassignments(IReadOnlyCollection<TopicPartition>? partitions)
    {
        var image = _state.Cluster.Image;
        return
        [
            .. (partitions ?? AllPartitions())
                .Select(name => (
                    Name: name,
                    State: PartitionChanges.StateOf(image.TopicsByName.GetValueOrDefault(name.Topic), name)))
                .Where(static each => each.State is { IsReassigning: true })
                .Select(static each => new OngoingReassignment(
                    each.Name, each.State!.Replicas, each.State.Adding, each.State.Removing)),
        ];
    }

    /// <summary>
    /// UnregisterBroker: forgets a broker that is dead for good. What it alone holds stays its own: only an unclean
    /// election, or its return, brings that back.
    /// </summary>
    public Task<ClusterResult> UnregisterAsync(int brokerId, CancellationToken cancel) =>
        RunAsync((out ClusterResult result) => TryUnregister(brokerId, out result), cancel);

    /// <summary>
    /// Drains a broker, or ends that: while it drains it gets no leaderships and no new replicas, and those that it has
    /// move to others where they can. A restart ends it, too.
    /// </summary>
    public Task<ClusterResult> DrainAsync(int brokerId, bool isDraining, CancellationToken cancel) =>
        RunAsync((out ClusterResult result) => TryDrain(brokerId, isDraining, out result), cancel);

    /// <summary>Who decides in the cluster.</summary>
    public QuorumDescription DescribeQuorum()
    {
        var image = _state.Cluster.Image;
        var controller = image.Registered.GetValueOrDefault(image.ControllerId);
        return new QuorumDescription(
            image.ControllerId,
            controller?.Epoch ?? -1,
            [
                .. image.Registered.Values.Select(broker => new QuorumMember(
                    broker.Id, broker.Epoch, image.Brokers.ContainsKey(broker.Id), broker.IsDraining)),
            ]);
    }

    private PartitionChange Reassign(
        PartitionState state, Reassignment reassignment, ElectionSettings settings, bool mayChangeFactor)
    {
        var view = _state.Cluster.View;
        if (reassignment.Replicas is not { } replicas)
        {
            return state.CancelReassignment(view, settings.MinInsyncReplicas);
        }

        var present = state.Replicas.Length - state.Adding.Length;
        return mayChangeFactor || replicas.Count == present
            ? state.Reassign([.. replicas], view, settings.MinInsyncReplicas)
            : new PartitionChange(
                null,
                ErrorCode.InvalidReplicationFactor,
                $"the partition has {present} replicas, not {replicas.Count}, and the request keeps their number");
    }

    private bool TryUnregister(int brokerId, out ClusterResult result)
    {
        if (_state.Catalogue.ReadBroker(brokerId) is not { } broker)
        {
            result = new ClusterResult(ErrorCode.BrokerIdNotRegistered, $"there is no broker {brokerId}");
            return true;
        }

        var view = _state.Cluster.View;
        if (view.IsLive(brokerId))
        {
            result = new ClusterResult(ErrorCode.InvalidRequest, $"broker {brokerId} is alive: stop it first");
            return true;
        }

        _state.Catalogue.ChangeTopics(topic => topic.Unregister(
            brokerId, view, _state.Config.ForTopic(topic.Configs).MinInsyncReplicas));
        if (!_state.Catalogue.TryDeleteBroker(broker))
        {
            result = new ClusterResult(ErrorCode.InvalidRequest, $"broker {brokerId} changed meanwhile: try again");
            return false;
        }

        foreach (var deleted in _state.Catalogue.ListDeletions())
        {
            _state.Catalogue.FinishDeletion(deleted, brokerId);
        }

        _writer.Settle(ClusterCatalogue.BrokerKey(brokerId));
        result = default;
        return true;
    }

    private bool TryDrain(int brokerId, bool isDraining, out ClusterResult result)
    {
        if (_state.Catalogue.ReadBroker(brokerId) is not { } broker)
        {
            result = new ClusterResult(ErrorCode.BrokerIdNotRegistered, $"there is no broker {brokerId}");
            return true;
        }

        if (broker.IsDraining == isDraining || _state.Catalogue.TryWriteBroker(broker with { IsDraining = isDraining }))
        {
            _writer.Settle(ClusterCatalogue.BrokerKey(brokerId));
            result = default;
            return true;
        }

        result = new ClusterResult(ErrorCode.InvalidRequest, $"broker {brokerId} changed meanwhile: try again");
        return false;
    }

    private Task<ClusterResult> RunAsync(CatalogueAttempt<ClusterResult> attempt, CancellationToken cancel) =>
        _writer.RunAsync(
            () =>
            {
                try
                {
                    return CatalogueWriter.Retry(attempt);
                }
                catch (Exception failure) when (CatalogueWriter.IsStorageFault(failure))
                {
                    return new ClusterResult(ErrorCode.KafkaStorageError, failure.Message);
                }
            },
            cancel);

    private TopicPartition[] AllPartitions() =>
    [
        .. _state.Cluster.Image.TopicsByName.Values.SelectMany(static topic =>
            Enumerable.Range(0, topic.Partitions.Length).Select(index => new TopicPartition(topic.Name, index))),
    ];
}
