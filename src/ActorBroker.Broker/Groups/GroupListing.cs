using ActorBroker.Core.Groups;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups;

/// <summary>The groups that this broker coordinates.</summary>
/// <param name="Error">COORDINATOR_LOAD_IN_PROGRESS while some of them are not known yet.</param>
/// <param name="Groups">Those that are known.</param>
public sealed record GroupListing(ErrorCode Error, IReadOnlyList<ListedGroup> Groups);

/// <summary>Where a group's coordinator is.</summary>
/// <param name="Error">The outcome.</param>
/// <param name="BrokerId">The broker, or -1.</param>
/// <param name="Message">What was wrong, for people; or null.</param>
public sealed record CoordinatorLocation(ErrorCode Error, int BrokerId, string? Message = null);
