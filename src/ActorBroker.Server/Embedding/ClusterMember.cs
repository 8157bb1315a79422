using ActorBroker.Broker.Cluster.InProcess;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Server;

/// <summary>One broker of an embedded cluster through its lives.</summary>
internal sealed class ClusterMember(
    InProcessCluster cluster, Func<int, BrokerConfig> settings, int port, ILoggerFactory? loggerFactory) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private ClusterSeat? _seat;
    private RunningBroker? _broker;
    private int _port = port;

    public EmbeddedBrokerStatus Status { get; private set; } = EmbeddedBrokerStatus.Stopped;

    public string BootstrapServers { get; private set; } = "";

    /// <summary>The broker, if it runs and is not paused.</summary>
    public RunningBroker? Running => Status == EmbeddedBrokerStatus.Running ? _broker : null;

    public Task StartAsync(CancellationToken cancel) => InTurnAsync(() => LaunchAsync(cancel), cancel);

    public Task RestartAsync(CancellationToken cancel) => InTurnAsync(
        async () =>
        {
            await ShutAsync(cancel).ConfigureAwait(false);
            await LaunchAsync(cancel).ConfigureAwait(false);
        },
        cancel);

    public Task StopAsync(CancellationToken cancel) => InTurnAsync(() => ShutAsync(cancel), cancel);

    public Task CrashAsync(CancellationToken cancel) => InTurnAsync(
        async () =>
        {
            if (_broker is { } broker)
            {
                Status = EmbeddedBrokerStatus.Crashed;
                _broker = null;
                await broker.CrashAsync(_seat!).ConfigureAwait(false);
            }
        },
        cancel);

    public Task PauseAsync(CancellationToken cancel) => InTurnAsync(
        () =>
        {
            if (Status == EmbeddedBrokerStatus.Running)
            {
                Status = EmbeddedBrokerStatus.Paused;
                _seat!.Gate.Close();
                cluster.Pause(_broker!.BrokerId);
            }

            return Task.CompletedTask;
        },
        cancel);

    public Task ResumeAsync(CancellationToken cancel) => InTurnAsync(
        () =>
        {
            Resume();
            return Task.CompletedTask;
        },
        cancel);

    public void Dispose() => _turn.Dispose();

    private void Resume()
    {
        if (Status == EmbeddedBrokerStatus.Paused)
        {
            cluster.Resume(_broker!.BrokerId);
            _seat!.Gate.Open();
            Status = EmbeddedBrokerStatus.Running;
        }
    }

    // On a thread of the pool: opening files and binding ports is synchronous work that would hold the caller up.
    private async Task LaunchAsync(CancellationToken cancel)
    {
        var seat = new ClusterSeat(cluster, new PauseGate());
        var loggers = loggerFactory ?? NullLoggerFactory.Instance;
        _broker = await Task.Run(() => RunningBroker.LaunchAsync(() => settings(_port), loggers, seat, cancel), cancel)
            .ConfigureAwait(false);
        _seat = seat;
        _port = _broker.Port;
        BootstrapServers = _broker.BootstrapServers;
        Status = EmbeddedBrokerStatus.Running;
    }

    private async Task ShutAsync(CancellationToken cancel)
    {
        Resume();
        if (_broker is { } broker)
        {
            Status = EmbeddedBrokerStatus.Stopped;
            await broker.StopAsync(cancel).ConfigureAwait(false);
            await broker.DisposeAsync().ConfigureAwait(false);
            _broker = null;
        }
    }

    private async Task InTurnAsync(Func<Task> act, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await act().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
