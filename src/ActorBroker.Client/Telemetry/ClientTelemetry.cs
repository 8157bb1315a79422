using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ActorBroker.Client;

/// <summary>
/// The names under which the client's traces and metrics are listened to: <c>AddSource</c> and <c>AddMeter</c> take
/// <see cref="Name"/>. They follow OpenTelemetry's messaging conventions; where nobody listens they cost nothing.
/// </summary>
public static class ClientTelemetry
{
    /// <summary>The name of the client's <see cref="ActivitySource"/> and of its <see cref="Meter"/>.</summary>
    public const string Name = "ActorBroker.Client";

    private static readonly string? Version = typeof(ClientTelemetry).Assembly.GetName().Version?.ToString(3);

    internal static ActivitySource Source { get; } = new(Name, Version);

    internal static Meter Meter { get; } = new(Name, Version);
}
