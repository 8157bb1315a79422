using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>The groups that this broker coordinates, with all that they have committed.</summary>
/// <param name="Error">COORDINATOR_LOAD_IN_PROGRESS while some of them are not known yet.</param>
/// <param name="Groups">Those that are known.</param>
public sealed record GroupsOverview(ErrorCode Error, IReadOnlyList<GroupOverview> Groups);
