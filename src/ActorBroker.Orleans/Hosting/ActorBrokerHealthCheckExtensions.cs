using ActorBroker.Orleans.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorBroker.Orleans;

/// <summary>The broker among an application's health checks.</summary>
public static class ActorBrokerHealthCheckExtensions
{
    /// <summary>Adds a check, <c>broker</c>, of the broker that this silo is.</summary>
    public static IHealthChecksBuilder AddActorBroker(this IHealthChecksBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<BrokerHealthCheck>("broker");
    }
}
