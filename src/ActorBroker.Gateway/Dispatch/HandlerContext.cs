using ActorBroker.Broker;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>What handlers work with.</summary>
/// <param name="Node">The broker.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where handlers tell of faults.</param>
/// <param name="Instruments">What is measured.</param>
internal sealed record HandlerContext(
    BrokerNode Node, TimeProvider Time, ILogger Logger, GatewayInstruments Instruments);
