using ActorBroker.Records;

namespace ActorBroker.Broker.Admin;

/// <summary>What became of one partition of a request.</summary>
/// <param name="Partition">Which one.</param>
/// <param name="Error">The outcome.</param>
/// <param name="Message">What was wrong, for the client.</param>
public readonly record struct PartitionOutcome(TopicPartition Partition, ErrorCode Error, string? Message = null);

/// <summary>Other replicas for a partition (KIP-455).</summary>
/// <param name="Partition">Which one.</param>
/// <param name="Replicas">Broker ids, the preferred leader first; null: cancels the one under way.</param>
public sealed record Reassignment(TopicPartition Partition, IReadOnlyList<int>? Replicas);

/// <summary>A reassignment under way.</summary>
/// <param name="Partition">Which one.</param>
/// <param name="Replicas">All replicas now, those to come and those to go among them.</param>
/// <param name="Adding">Those to come.</param>
/// <param name="Removing">Those to go.</param>
public sealed record OngoingReassignment(
    TopicPartition Partition, IReadOnlyList<int> Replicas, IReadOnlyList<int> Adding, IReadOnlyList<int> Removing);

/// <summary>What became of a change of the cluster.</summary>
/// <param name="Error">The outcome.</param>
/// <param name="Message">What was wrong, for the client.</param>
public readonly record struct ClusterResult(ErrorCode Error, string? Message = null);

/// <summary>
/// Who decides in the cluster, in the terms of a KRaft quorum: every broker can change the catalogue, the controller
/// is the one that reacts to deaths.
/// </summary>
/// <param name="ControllerId">The lowest live broker, or -1.</param>
/// <param name="ControllerEpoch">The epoch of that broker's life, or -1.</param>
/// <param name="Members">Every registered broker, by id.</param>
public sealed record QuorumDescription(int ControllerId, long ControllerEpoch, IReadOnlyList<QuorumMember> Members);

/// <summary>A registered broker.</summary>
/// <param name="BrokerId">Its id.</param>
/// <param name="BrokerEpoch">The epoch of its present or last life.</param>
/// <param name="IsLive">It is a member now.</param>
/// <param name="IsDraining">It gets no leaderships and no new replicas.</param>
public sealed record QuorumMember(int BrokerId, long BrokerEpoch, bool IsLive, bool IsDraining);
