using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorBroker.Server;

/// <summary>
/// A broker that lives as long as a host: up before any other hosted service starts, stopped after all of them have
/// stopped, so that they can use it all their life.
/// </summary>
internal sealed class HostedBroker(
    IOptions<ActorBrokerOptions> options, ILoggerFactory loggers, IConfiguration? configuration = null)
    : IHostedLifecycleService, IActorBroker, IAsyncDisposable, IDisposable
{
    private RunningBroker? _broker;
    private int _disposed;

    public bool IsRunning { get; private set; }

    public string BootstrapServers => Started.BootstrapServers;

    public int BrokerId => Started.BrokerId;

    public string ClusterId => Started.ClusterId;

    private RunningBroker Started =>
        _broker ?? throw new InvalidOperationException("The broker is not up: it starts with the host.");

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _broker = await RunningBroker.LaunchAsync(
            () => HostSettings.Read(options.Value, configuration), loggers, cancellationToken).ConfigureAwait(false);
        IsRunning = true;
    }

    /// <summary>One line for people; null: it is up and can serve clients.</summary>
    public Task<string?> WhyNotReadyAsync(CancellationToken cancel) => IsRunning
        ? Started.WhyNotReadyAsync(cancel)
        : Task.FromResult<string?>("The broker is not up: it lives as long as the host.");

    public Task CreateTopicAsync(
        string name, int? partitions = null, IReadOnlyDictionary<string, string>? configs = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsRunning
            ? Started.CreateTopicAsync(name, partitions, configs, cancel)
            : throw new InvalidOperationException("The broker is not up: it lives as long as the host.");
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        IsRunning = false;
        if (_broker is not null)
        {
            await _broker.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // A start that another service broke off ends here. The container disposes once for each name it knows this by.
    public async ValueTask DisposeAsync()
    {
        IsRunning = false;
        if (_broker is not null && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _broker.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
