using ActorBroker.Gateway.Dispatch;
using ActorBroker.Gateway.Transport;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Connections;

/// <summary>What all connections of a gateway share.</summary>
/// <param name="Handlers">The APIs that are served.</param>
/// <param name="Budgets">What requests may hold together.</param>
/// <param name="FrameBytesMax">The largest request (<c>socket.request.max.bytes</c>).</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where connections tell of their ends.</param>
internal sealed record GatewayServices(
    HandlerTable Handlers,
    Budgets Budgets,
    int FrameBytesMax,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>What is measured; null: nothing.</summary>
    public GatewayInstruments? Instruments { get; init; }

    /// <summary>Holds all connections up; null: nothing ever does.</summary>
    public PauseGate? Gate { get; init; }
}
