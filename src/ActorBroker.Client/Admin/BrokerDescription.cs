namespace ActorBroker.Client;

/// <summary>A broker and where clients reach it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
/// <param name="Rack">Its rack; null where it has none.</param>
/// <param name="IsFenced">True where it may not serve now; never where the broker is too old to say.</param>
public sealed record BrokerDescription(int Id, string Host, int Port, string? Rack, bool IsFenced);
