using ActorBroker.Core.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Server;

/// <summary>
/// A whole broker inside this process, for tests and small applications: real sockets, real files, any Kafka client.
/// There may be many of them at once; nothing is shared between them.
/// </summary>
/// <remarks>
/// It listens on 127.0.0.1, logs nothing and has no HTTP port unless told to. Beyond that every setting has the
/// server's own default.
/// Thread-safe; starting, stopping and disposing wait for each other.
/// </remarks>
public sealed class EmbeddedBroker : IActorBroker, IAsyncDisposable
{
    private readonly EmbeddedBrokerOptions _options;
    private readonly DataFolder _folder;
    private readonly SemaphoreSlim _turn = new(1);
    private RunningBroker _broker;
    private bool _isRunning = true;
    private bool _isShut;
    private bool _isDisposed;

    private EmbeddedBroker(EmbeddedBrokerOptions options, DataFolder folder, RunningBroker broker)
    {
        _options = options;
        _folder = folder;
        _broker = broker;
    }

    /// <inheritdoc/>
    public string BootstrapServers => _broker.BootstrapServers;

    /// <inheritdoc/>
    public int BrokerId => _broker.BrokerId;

    /// <inheritdoc/>
    public string ClusterId => _broker.ClusterId;

    /// <summary>Where the data lies, as a full path.</summary>
    public string DataFolder => _folder.Path;

    /// <summary>Starts a broker; when the task ends, clients can connect.</summary>
    /// <param name="options">What differs from the defaults; null: nothing.</param>
    /// <param name="cancel">Gives the start up; nothing stays behind.</param>
    /// <exception cref="BrokerStartException">It could not start; the message says why.</exception>
    public static async Task<EmbeddedBroker> StartAsync(
        EmbeddedBrokerOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new EmbeddedBrokerOptions();
        var folder = Server.DataFolder.Open(options.DataFolder);
        try
        {
            var broker = await LaunchAsync(options, folder, options.Port, cancel).ConfigureAwait(false);
            return new EmbeddedBroker(options, folder, broker);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task CreateTopicAsync(
        string name, int? partitions = null, IReadOnlyDictionary<string, string>? configs = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Volatile.Read(ref _isRunning)
            ? _broker.CreateTopicAsync(name, partitions, configs, cancel)
            : throw new InvalidOperationException("The broker is stopped.");
    }

    /// <summary>
    /// Stops in order: answers what it has, closes every log and marks the stop as clean. The data stays until the
    /// broker is disposed. Without effect when it is stopped already.
    /// </summary>
    /// <param name="cancel">Cuts requests in work off, and gives up waiting for the logs to close.</param>
    public async Task StopAsync(CancellationToken cancel = default)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await ShutAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Starts it again on the same data and the same port, stopping it in order first if it runs: what a client sees
    /// of a broker that is restarted.
    /// </summary>
    /// <exception cref="BrokerStartException">It could not start again; it stays stopped.</exception>
    /// <exception cref="ObjectDisposedException">The broker is disposed, and its data may be gone.</exception>
    public async Task RestartAsync(CancellationToken cancel = default)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var port = _options.Settings.ContainsKey(BrokerKeys.Listeners.Name) ? 0 : _broker.Port;
            await ShutAsync(cancel).ConfigureAwait(false);
            _broker = await LaunchAsync(_options, _folder, port, cancel).ConfigureAwait(false);
            _isShut = false;
            Volatile.Write(ref _isRunning, true);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stops it in order if it runs, and removes a temporary data folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                await ShutAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            _folder.Dispose();
            _turn.Release();
        }
    }

    // On a thread of the pool: opening files and binding ports is synchronous work that would hold the caller up.
    private static Task<RunningBroker> LaunchAsync(
        EmbeddedBrokerOptions options, DataFolder folder, int port, CancellationToken cancel) =>
        Task.Run(
            () => RunningBroker.LaunchAsync(
                () => EmbeddedSettings.Read(options, folder.Path, port),
                options.LoggerFactory ?? NullLoggerFactory.Instance,
                cancel),
            cancel);

    // A stop that its caller gave up waiting for goes on; whoever comes next waits for its end.
    private async Task ShutAsync(CancellationToken cancel)
    {
        if (!_isShut)
        {
            Volatile.Write(ref _isRunning, false);
            await _broker.StopAsync(cancel).ConfigureAwait(false);
            await _broker.DisposeAsync().ConfigureAwait(false);
            _isShut = true;
        }
    }
}
