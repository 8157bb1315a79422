using System.Collections.Immutable;
using ActorBroker.Records;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans;

/// <summary>
/// The door to the cluster's administration. Any silo serves it: every broker can change the catalogue, which is what
/// the controller's word is. One whose broker is not there yet, or not any more, answers
/// <see cref="ErrorCode.NotController"/>, and the next call may find another. Its key: 0.
/// </summary>
[Alias("ActorBroker.IControllerGrain")]
public interface IControllerGrain : IGrainWithIntegerKey
{
    /// <summary>The cluster and its brokers.</summary>
    [Alias("DescribeCluster")]
    Task<ClusterDescription> DescribeClusterAsync();

    /// <summary>Elects leaders of partitions.</summary>
    /// <param name="election">Which leader is wanted.</param>
    /// <param name="partitions">Which ones, each answered; null: all, and those that changed are answered.</param>
    [Alias("ElectLeaders")]
    Task<PartitionsAnswer> ElectLeadersAsync(LeaderElection election, ImmutableArray<TopicPartition>? partitions);

    /// <summary>Begins to move replicas, or calls moves off; answered when that is noted, not when done.</summary>
    [Alias("Reassign")]
    Task<PartitionsAnswer> ReassignAsync(ImmutableArray<ReplicaMove> moves);

    /// <summary>The moves under way.</summary>
    [Alias("ListReassignments")]
    Task<ReassignmentsAnswer> ListReassignmentsAsync();

    /// <summary>
    /// Drains a broker, or ends that: while it drains it gets no leaderships and no new replicas, and gives away what
    /// it can.
    /// </summary>
    [Alias("DrainBroker")]
    Task<ClusterAnswer> DrainBrokerAsync(int brokerId, bool isDraining);

    /// <summary>Forgets a broker that is dead for good.</summary>
    [Alias("UnregisterBroker")]
    Task<ClusterAnswer> UnregisterBrokerAsync(int brokerId);

    /// <summary>An id for an idempotent producer, which nobody else gets; its epoch is 0.</summary>
    [Alias("AllocateProducerId")]
    Task<ProducerIdAnswer> AllocateProducerIdAsync();
}

/// <summary>The cluster as one broker knows it.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.ClusterDescription")]
public sealed record ClusterDescription
{
    /// <summary>The outcome, by Kafka's code.</summary>
    [Id(0)]
    public required ErrorCode Error { get; init; }

    /// <summary>The cluster's id.</summary>
    [Id(1)]
    public string ClusterId { get; init; } = "";

    /// <summary>The broker that reacts to deaths; -1 for none.</summary>
    [Id(2)]
    public int ControllerId { get; init; } = -1;

    /// <summary>All brokers that belong to the cluster, by id.</summary>
    [Id(3)]
    public ImmutableArray<BrokerDescription> Brokers { get; init; } = [];
}

/// <summary>A broker of the cluster.</summary>
/// <param name="BrokerId">Its id.</param>
/// <param name="Rack">Its rack, or null.</param>
/// <param name="IsLive">It is there now.</param>
/// <param name="IsDraining">It gets no leaderships and no new replicas.</param>
/// <param name="Endpoints">Where Kafka clients reach it, or reached it last: one for each listener.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.BrokerDescription")]
public sealed record BrokerDescription(
    [property: Id(0)] int BrokerId, [property: Id(1)] string? Rack, [property: Id(2)] bool IsLive,
    [property: Id(3)] bool IsDraining, [property: Id(4)] ImmutableArray<ListenerAddress> Endpoints);

/// <summary>Where Kafka clients reach a broker.</summary>
/// <param name="Listener">The listener's name.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.ListenerAddress")]
public readonly record struct ListenerAddress(
    [property: Id(0)] string Listener, [property: Id(1)] string Host, [property: Id(2)] int Port);

/// <summary>Which leader is wanted.</summary>
[GenerateSerializer, Alias("ActorBroker.LeaderElection")]
public enum LeaderElection : byte
{
    /// <summary>The first replica, if it is in sync.</summary>
    Preferred = 0,

    /// <summary>Anybody, even if committed records are lost by it.</summary>
    Unclean = 1,
}

/// <summary>Other replicas for a partition.</summary>
/// <param name="Partition">Which one; once in a request.</param>
/// <param name="Replicas">Broker ids, the preferred leader first; null: calls the move under way off.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.ReplicaMove")]
public sealed record ReplicaMove(
    [property: Id(0)] TopicPartition Partition, [property: Id(1)] ImmutableArray<int>? Replicas);

/// <summary>What became of a request for some partitions.</summary>
/// <param name="Error">The outcome of the request, by Kafka's code.</param>
/// <param name="Partitions">The outcome of each.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.PartitionsAnswer")]
public sealed record PartitionsAnswer(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] ImmutableArray<PartitionAnswer> Partitions);

/// <summary>What became of one partition of a request.</summary>
/// <param name="Partition">Which one.</param>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="Message">What was wrong.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.PartitionAnswer")]
public readonly record struct PartitionAnswer(
    [property: Id(0)] TopicPartition Partition, [property: Id(1)] ErrorCode Error,
    [property: Id(2)] string? Message = null);

/// <summary>The moves under way.</summary>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="Moves">Each of them.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.ReassignmentsAnswer")]
public sealed record ReassignmentsAnswer(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] ImmutableArray<ReplicaMoveDescription> Moves);

/// <summary>A move under way.</summary>
/// <param name="Partition">Whose replicas.</param>
/// <param name="Replicas">All of them now, those to come and those to go among them.</param>
/// <param name="Adding">Those to come.</param>
/// <param name="Removing">Those to go.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.ReplicaMoveDescription")]
public sealed record ReplicaMoveDescription(
    [property: Id(0)] TopicPartition Partition, [property: Id(1)] ImmutableArray<int> Replicas,
    [property: Id(2)] ImmutableArray<int> Adding, [property: Id(3)] ImmutableArray<int> Removing);

/// <summary>What became of a change of the cluster.</summary>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="Message">What was wrong.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.ClusterAnswer")]
public readonly record struct ClusterAnswer(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] string? Message = null);

/// <summary>A producer's id.</summary>
/// <param name="Error">The outcome, by Kafka's code.</param>
/// <param name="ProducerId">The id; -1 after an error.</param>
[GenerateSerializer, Immutable, Alias("ActorBroker.ProducerIdAnswer")]
public readonly record struct ProducerIdAnswer(
    [property: Id(0)] ErrorCode Error, [property: Id(1)] long ProducerId = -1);
