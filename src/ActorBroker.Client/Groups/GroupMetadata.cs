namespace ActorBroker.Client;

/// <summary>A member as its group knows it now; transactions fence by it.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="GenerationId">The classic generation or the KIP-848 member epoch; -1 outside the group.</param>
/// <param name="MemberId">The member's id; empty until it has one.</param>
/// <param name="GroupInstanceId">The static member's name, or null.</param>
public sealed record GroupMetadata(string GroupId, int GenerationId, string MemberId, string? GroupInstanceId);
