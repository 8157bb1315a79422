using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Core.Replication;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>
/// The way to one broker: a connection, made when there is something to send and made anew when it broke.
/// </summary>
internal sealed class OutgoingLink(
    string clusterId,
    int from,
    int to,
    Func<int, string?> endpointOf,
    LinkLimits limits,
    TimeProvider time,
    ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private LinkConnection? _connection;
    private Task _connecting = Task.CompletedTask;
    private TimeSpan _backoff = limits.BackoffMin;
    private long _failedAt;
    private bool _isDown;
    private bool _hasFailed;

    /// <summary>Sends an append; without a connection it says so at once, and makes one.</summary>
    public ValueTask<ReplicaAppendResult> AppendAsync(in ReplicaAppend append)
    {
        if (Volatile.Read(ref _connection) is { } connection)
        {
            return connection.AppendAsync(in append);
        }

        lock (_gate)
        {
            if (_connection is null && _connecting.IsCompleted && !_stop.IsCancellationRequested
                && (!_hasFailed || time.GetElapsedTime(_failedAt) >= _backoff))
            {
                _connecting = Task.Run(ConnectAsync);
            }
        }

        return ValueTask.FromResult(ReplicaAppendResult.Of(ReplicaAppendStatus.Unready));
    }

    /// <summary>Gives up a connection over which nothing is answered.</summary>
    public void CheckProgress() => Volatile.Read(ref _connection)?.CheckProgress();

    /// <summary>Ends the connection; no other is made.</summary>
    public async ValueTask DisposeAsync()
    {
        Task connecting;
        lock (_gate)
        {
            _stop.Cancel();
            connecting = _connecting;
        }

        await connecting.ConfigureAwait(false);
        Volatile.Read(ref _connection)?.Dispose();
        _stop.Dispose();
    }

    private async Task ConnectAsync()
    {
        Socket? socket = null;
        try
        {
            var endpoint = endpointOf(to) ?? throw new IOException("nobody knows where it is");
            socket = await ConnectAsync(endpoint).ConfigureAwait(false);
            var connection = new LinkConnection(socket, limits, time, Closed);
            lock (_gate)
            {
                _connection = connection;
                _hasFailed = _isDown = false;
                _backoff = limits.BackoffMin;
            }

            LocalLogs.LinkUp(logger, to, endpoint);
            _ = connection.ReadAsync();
        }
#pragma warning disable CA1031 // Whatever kept the connection from being made: it is tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            socket?.Dispose();
            Failed(failure.Message);
        }
    }

    private async Task<Socket> ConnectAsync(string endpoint)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(limits.HelloTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Parse(endpoint), limit.Token).ConfigureAwait(false);
            await socket.SendAsync(LinkWire.Hello(clusterId, from, to), limit.Token).ConfigureAwait(false);
            var answer = new byte[LinkWire.HelloAnswerBytes];
            for (var have = 0; have < answer.Length;)
            {
                var count = await socket.ReceiveAsync(answer.AsMemory(have), limit.Token).ConfigureAwait(false);
                have += count > 0 ? count : throw new IOException("it closed the connection instead of a greeting");
            }

            return LinkWire.IsWelcome(answer)
                ? socket
                : throw new IOException($"at {endpoint} is another broker, or one of another cluster or version");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Closed(LinkConnection connection, string reason)
    {
        lock (_gate)
        {
            if (_connection == connection)
            {
                _connection = null;
            }
        }

        if (!_stop.IsCancellationRequested)
        {
            Failed(reason);
        }
    }

    private void Failed(string reason)
    {
        bool wasDown;
        lock (_gate)
        {
            wasDown = _isDown;
            if (wasDown)
            {
                _backoff = _backoff * 2 < limits.BackoffMax ? _backoff * 2 : limits.BackoffMax;
            }

            _isDown = _hasFailed = true;
            _failedAt = time.GetTimestamp();
        }

        if (!wasDown && !_stop.IsCancellationRequested)
        {
            LocalLogs.LinkDown(logger, to, reason);
        }
    }

    private static EndPoint Parse(string endpoint)
    {
        var colon = endpoint.LastIndexOf(':');
        return colon > 0 && int.TryParse(
            endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
                ? IPAddress.TryParse(endpoint.AsSpan(0, colon), out var address)
                    ? new IPEndPoint(address, port)
                    : new DnsEndPoint(endpoint[..colon], port)
                : throw new IOException($"its registration names no host and port: {endpoint}");
    }
}
