using System.Collections.Immutable;
using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Core.Catalogue;
using ActorBroker.Orleans.Hosting;
using ActorBroker.Records;
using Orleans.Concurrency;
using Orleans.Placement;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Grains;

/// <summary>Hands calls to this silo's broker.</summary>
[Reentrant]
[PreferLocalPlacement]
[GrainType("actorbroker.controller")]
internal sealed class ControllerGrain(SiloBroker broker) : AdminGrain(broker), IControllerGrain
{
    /// <inheritdoc/>
    public Task<ClusterDescription> DescribeClusterAsync() => AskAsync(
        static node => Task.FromResult(Describe(node)), static error => new ClusterDescription { Error = error });

    /// <inheritdoc/>
    public Task<PartitionsAnswer> ElectLeadersAsync(
        LeaderElection election, ImmutableArray<TopicPartition>? partitions) => AskAsync(
        async node => election > LeaderElection.Unclean
            ? new PartitionsAnswer(ErrorCode.InvalidRequest, [])
            : Answer(await node.ClusterAdmin.ElectLeadersAsync(
                election == LeaderElection.Unclean ? ElectionKind.Unclean : ElectionKind.Preferred,
                partitions is { } wanted ? [.. wanted] : null,
                CancellationToken.None)),
        Refused);

    /// <inheritdoc/>
    public Task<PartitionsAnswer> ReassignAsync(ImmutableArray<ReplicaMove> moves) => AskAsync(
        async node => Answer(await node.ClusterAdmin.ReassignAsync(
            [
                .. moves.Select(static move => new Reassignment(
                    move.Partition, move.Replicas is { } replicas ? [.. replicas] : null)),
            ],
            mayChangeFactor: true, CancellationToken.None)),
        Refused);

    /// <inheritdoc/>
    public Task<ReassignmentsAnswer> ListReassignmentsAsync() => AskAsync(
        static node => Task.FromResult(new ReassignmentsAnswer(
            ErrorCode.None,
            [
                .. node.ClusterAdmin.ListReassignments(null).Select(static move => new ReplicaMoveDescription(
                    move.Partition, [.. move.Replicas], [.. move.Adding], [.. move.Removing])),
            ])),
        static error => new ReassignmentsAnswer(error, []));

    /// <inheritdoc/>
    public Task<ClusterAnswer> DrainBrokerAsync(int brokerId, bool isDraining) => ChangeAsync(
        node => node.ClusterAdmin.DrainAsync(brokerId, isDraining, CancellationToken.None));

    /// <inheritdoc/>
    public Task<ClusterAnswer> UnregisterBrokerAsync(int brokerId) => ChangeAsync(
        node => node.ClusterAdmin.UnregisterAsync(brokerId, CancellationToken.None));

    /// <inheritdoc/>
    public Task<ProducerIdAnswer> AllocateProducerIdAsync() => AskAsync(
        static async node =>
        {
            try
            {
                return new ProducerIdAnswer(
                    ErrorCode.None, await node.ProducerIds.NextAsync(CancellationToken.None));
            }
            catch (IOException)
            {
                return new ProducerIdAnswer(ErrorCode.KafkaStorageError);
            }
        },
        static error => new ProducerIdAnswer(error));

    private Task<ClusterAnswer> ChangeAsync(Func<BrokerNode, Task<ClusterResult>> change) => AskAsync(
        async node =>
        {
            var result = await change(node);
            return new ClusterAnswer(result.Error, result.Message);
        },
        static error => new ClusterAnswer(error));

    private static ClusterDescription Describe(BrokerNode node)
    {
        var cluster = node.Cluster;
        return new ClusterDescription
        {
            Error = ErrorCode.None,
            ClusterId = cluster.ClusterId,
            ControllerId = cluster.ControllerId,
            Brokers =
            [
                .. cluster.Registered.Values.Select(broker => new BrokerDescription(
                    broker.Id, broker.Rack, cluster.Brokers.ContainsKey(broker.Id), broker.IsDraining,
                    [.. broker.Endpoints.Select(static at => new ListenerAddress(at.Listener, at.Host, at.Port))])),
            ],
        };
    }

    private static PartitionsAnswer Answer(IEnumerable<PartitionOutcome> outcomes) => new(
        ErrorCode.None,
        [.. outcomes.Select(static each => new PartitionAnswer(each.Partition, each.Error, each.Message))]);

    private static PartitionsAnswer Refused(ErrorCode error) => new(error, []);
}
