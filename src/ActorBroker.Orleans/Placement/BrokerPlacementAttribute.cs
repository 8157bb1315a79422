using Orleans.Placement;

namespace ActorBroker.Orleans.Placement;

/// <summary>The grain is where the broker is that its key leads to.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class BrokerPlacementAttribute() : PlacementAttribute(new BrokerPlacement());

/// <summary>Placed by <see cref="BrokerPlacementDirector"/>.</summary>
[GenerateSerializer, Immutable, Alias("ActorBroker.BrokerPlacement")]
internal sealed class BrokerPlacement : PlacementStrategy;
