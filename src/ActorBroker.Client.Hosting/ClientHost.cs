using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBroker.Client;

/// <summary>
/// The client's life in a host. What is wrong with it or with a producer fails the start. Records that were sent are
/// delivered before any service stops, when those that were added after the client have stopped, and when all have.
/// </summary>
internal sealed class ClientHost(
    IServiceProvider services, IEnumerable<ProducerRegistration> registrations) : IHostedLifecycleService
{
    private ProducerPool? _producers;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Not in the constructor: hosted services are made before the options are validated.
        _ = services.GetRequiredService<KafkaClient>();
        _producers = services.GetRequiredService<ProducerPool>();
        foreach (var registration in registrations)
        {
            registration.Open(_producers);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        _producers?.FlushAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) =>
        _producers?.CloseAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Before any service stops, and after the consumers: what carries the records may be another service of the host,
    /// which stops before this where it was added later.
    /// </summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);
}
