using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBroker.Orleans.Hosting;

/// <summary>Healthy while the silo's broker serves, and every log directory can be written.</summary>
internal sealed class BrokerHealthCheck(SiloBroker broker) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (broker.Node is not { } node || broker.Endpoints.Count == 0)
        {
            return HealthCheckResult.Unhealthy("the broker has not started yet");
        }

        if (node.IsLeaving || node.Displaced.IsCompleted)
        {
            return HealthCheckResult.Unhealthy("the broker stops");
        }

        var failed = await node.FailedLogDirsAsync(cancellationToken);
        return failed.Count == 0
            ? HealthCheckResult.Healthy($"broker {broker.BrokerId} serves")
            : HealthCheckResult.Unhealthy($"can't be written: {string.Join(", ", failed)}");
    }
}
