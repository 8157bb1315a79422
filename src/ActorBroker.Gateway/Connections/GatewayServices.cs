using ActorBroker.Gateway.Dispatch;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Connections;

/// <summary>What all connections of a gateway share.</summary>
/// <param name="Handlers">The APIs that are served.</param>
/// <param name="Budget">Room for request frames.</param>
/// <param name="FrameBytesMax">The largest request (<c>socket.request.max.bytes</c>).</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where connections tell of their ends.</param>
internal sealed record GatewayServices(
    HandlerTable Handlers,
    FrameBudget Budget,
    int FrameBytesMax,
    TimeProvider Time,
    ILogger Logger);
