using ActorBroker.Client.Networking;

namespace ActorBroker.Client.Cluster;

/// <summary>One shared connection for each broker: opened when first asked for, and again once it was lost.</summary>
internal sealed class ConnectionPool(ClientOptions options) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BrokerAddress, Task<BrokerConnection>> _connections = [];
    private readonly CancellationTokenSource _closing = new();

    public async Task<BrokerConnection> GetAsync(BrokerAddress address, CancellationToken cancel)
    {
        Task<BrokerConnection>? lost = null;
        Task<BrokerConnection> opening;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(KafkaClient));
            if (!_connections.TryGetValue(address, out var known) || IsLost(known))
            {
                // Callers share the opening, so none of them alone may cancel it.
                lost = known;
                known = BrokerConnection.OpenAsync(address, options, _closing.Token);
                _connections[address] = known;
            }

            opening = known;
        }

        if (lost is { IsCompletedSuccessfully: true })
        {
            await (await lost.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }

        return await opening.WaitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Task<BrokerConnection>[] all;
        lock (_gate)
        {
            if (_closing.IsCancellationRequested)
            {
                return;
            }

            _closing.Cancel();
            all = [.. _connections.Values];
            _connections.Clear();
        }

        foreach (var opening in all)
        {
            try
            {
                await (await opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is KafkaException or OperationCanceledException)
            {
                // A connection that never opened needs no closing.
            }
        }

        _closing.Dispose();
    }

    private static bool IsLost(Task<BrokerConnection> known) =>
        known.IsCompletedSuccessfully ? !known.Result.IsOpen : known.IsCompleted;
}
