namespace ActorBroker.Client;

/// <summary>A group, in short.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="ProtocolType"><c>consumer</c> for consumers; empty for a group that only keeps offsets.</param>
/// <param name="State">Kafka's name of the state, e.g. <c>Stable</c>; empty where the broker is too old to say.</param>
/// <param name="Type"><c>classic</c> or <c>consumer</c> (KIP-848); empty where the broker is too old to say.</param>
/// <param name="CoordinatorId">The broker that coordinates it.</param>
public sealed record ListedGroup(string GroupId, string ProtocolType, string State, string Type, int CoordinatorId);
