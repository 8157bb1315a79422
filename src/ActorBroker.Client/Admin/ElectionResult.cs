using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>What became of the wish for an election.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Error">
/// NONE: there is a new leader; ELECTION_NOT_NEEDED: the wanted one leads already; else why it could not be had, e.g.
/// PREFERRED_LEADER_NOT_AVAILABLE.
/// </param>
/// <param name="Message">The cluster's own words, if it has any.</param>
public sealed record ElectionResult(TopicPartition Partition, ErrorCode Error, string? Message);
