using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBroker.Server;

/// <summary>Healthy while the host's broker can serve clients, as /health/ready tells it.</summary>
internal sealed class BrokerHealthCheck(HostedBroker broker) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await broker.WhyNotReadyAsync(cancellationToken).ConfigureAwait(false) is { } reason
            ? new HealthCheckResult(context.Registration.FailureStatus, reason)
            : HealthCheckResult.Healthy($"The broker is up on {broker.BootstrapServers}.");
    }
}
