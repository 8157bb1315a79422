namespace ActorBroker.Gateway.Connections;

/// <summary>
/// What requests may hold together. Bytes are taken when a frame's size is known, before its buffer is; a place among
/// the requests in work only when the frame is complete, so that half-sent frames can't keep others from being served.
/// </summary>
/// <param name="Bytes">Of frames (<c>queued.max.request.bytes</c>).</param>
/// <param name="Requests">In work (<c>queued.max.requests</c>).</param>
internal sealed record Budgets(Budget Bytes, Budget Requests);
