using ActorBroker.Client.Consuming;
using ActorBroker.Records;

namespace ActorBroker.Client.Groups;

/// <summary>What is to be committed of one partition, and who waits for it.</summary>
/// <param name="Id">The partition.</param>
/// <param name="Offset">The newest offset that was called for.</param>
/// <param name="Owner">
/// The partition as it was assigned to the member when the call came; null for who is no member, or had not that
/// partition. What a member calls for counts for as long as the partition is its own: another may have committed more
/// since, even where the partition came back.
/// </param>
/// <param name="Waiting">The calls.</param>
internal sealed record PendingOffset(
    TopicPartition Id, OffsetAndMetadata Offset, AssignedPartition? Owner, List<PendingCommit> Waiting);
