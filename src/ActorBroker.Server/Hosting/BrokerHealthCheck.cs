using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBroker.Server;

/// <summary>Healthy while the host's broker takes clients.</summary>
internal sealed class BrokerHealthCheck(HostedBroker broker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var result = broker.IsRunning
            ? HealthCheckResult.Healthy($"The broker is up on {broker.BootstrapServers}.")
            : new HealthCheckResult(context.Registration.FailureStatus, "The broker is not up.");
        return Task.FromResult(result);
    }
}
