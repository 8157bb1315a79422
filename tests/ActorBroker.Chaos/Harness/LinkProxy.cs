using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ActorBroker.Chaos.Harness;

/// <summary>
/// Stands before the port at which a broker takes other brokers' appends, so that the network between them can be hurt.
/// It understands nothing of what passes: who connects is known by the process that holds the other end.
/// </summary>
internal sealed class LinkProxy : IAsyncDisposable
{
    private readonly int _brokerId;
    private readonly IPEndPoint _target;
    private readonly LinkFaults _faults;
    private readonly Func<IPEndPoint, int?> _brokerAt;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, CancellationTokenSource> _connections = new();
    private readonly Task _accepting;

    /// <param name="brokerId">The broker behind it.</param>
    /// <param name="port">Where to listen.</param>
    /// <param name="targetPort">Where the broker listens.</param>
    /// <param name="faults">What happens to bytes.</param>
    /// <param name="brokerAt">The broker that a connection comes from, by its address there.</param>
    public LinkProxy(int brokerId, int port, int targetPort, LinkFaults faults, Func<IPEndPoint, int?> brokerAt)
    {
        _brokerId = brokerId;
        _target = new IPEndPoint(IPAddress.Loopback, targetPort);
        _faults = faults;
        _brokerAt = brokerAt;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Ends all connections, as after a cut that lasted for too long.</summary>
    public void Reset()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Cancel();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var source = await _listener.AcceptAsync(_stop.Token);
                var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var connection = ServeAsync(source, known.Task, cancel.Token);
                _connections.TryAdd(connection, cancel);
                known.SetResult();
                _ = connection.ContinueWith(
                    ended =>
                    {
                        _connections.TryRemove(ended, out _);
                        cancel.Dispose();
                    },
                    TaskScheduler.Default);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException)
            {
                // Either it is over, or whoever connected has gone already.
            }
        }
    }

    private async Task ServeAsync(Socket source, Task known, CancellationToken cancel)
    {
        await known;
        using var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (source)
        {
            try
            {
                if (_brokerAt((IPEndPoint)source.RemoteEndPoint!) is not { } from)
                {
                    return;
                }

                source.NoDelay = target.NoDelay = true;
                await _faults.PassAsync(from, _brokerId, cancel);
                await target.ConnectAsync(_target, cancel);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                var there = PumpAsync(source, target, from, _brokerId, both.Token);
                var back = PumpAsync(target, source, _brokerId, from, both.Token);
                await Task.WhenAny(there, back);
                await both.CancelAsync();
                await Task.WhenAll(there, back);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException)
            {
                // The other end sees a connection that is closed.
            }
        }
    }

    private async Task PumpAsync(Socket source, Socket target, int from, int to, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await source.ReceiveAsync(buffer, cancel) is > 0 and var received)
            {
                await _faults.PassAsync(from, to, cancel);
                for (var sent = 0; sent < received;)
                {
                    sent += await target.SendAsync(buffer.AsMemory(sent, received - sent), cancel);
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            // The other direction is ended, too.
        }
    }
}
