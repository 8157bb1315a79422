namespace ActorBroker.Core.Topics;

/// <summary>A broker that can hold replicas.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Rack">Where it stands: brokers of one rack may fail together. Null where racks are not used.</param>
public readonly record struct PlacementBroker(int Id, string? Rack = null);
