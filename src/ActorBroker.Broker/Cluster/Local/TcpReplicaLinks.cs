// Appends between the processes of one machine: a connection for each pair of brokers and direction, so that what one
// follower does not take holds back nothing for another. The port is open to this machine only, as nobody proves who
// they are.
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorBroker.Core.Replication;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Broker.Cluster.Local;

/// <summary>The ways to other brokers' followers over TCP, and from other brokers' leaders.</summary>
internal sealed class TcpReplicaLinks : IReplicaLinks
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(500);

    private readonly string _clusterId;
    private readonly int _brokerId;
    private readonly Func<int, string?> _endpointOf;
    private readonly LinkLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly ITimer _progress;
    private readonly Task _accepting;
    private readonly ConcurrentDictionary<int, OutgoingLink> _outgoing = new();
    private readonly ConcurrentDictionary<IncomingLink, Task> _incoming = new();
    private readonly ConcurrentDictionary<int, IncomingLink> _greeted = new();
    private int _incomingCount;
    private volatile bool _isStopped;
    private IReplicaTarget? _target;

    private TcpReplicaLinks(
        string clusterId,
        int brokerId,
        Func<int, string?> endpointOf,
        LinkLimits limits,
        TimeProvider time,
        ILogger logger,
        Socket listener)
    {
        _clusterId = clusterId;
        _brokerId = brokerId;
        _endpointOf = endpointOf;
        _limits = limits;
        _time = time;
        _logger = logger;
        _listener = listener;
        var bound = (IPEndPoint)listener.LocalEndPoint!;
        Endpoint = bound.ToString();
        _accepting = Task.Run(AcceptAsync);
        _progress = time.CreateTimer(
            static links => ((TcpReplicaLinks)links!).CheckProgress(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _progress.Change(ProgressInterval, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public IReplicaTarget? Target
    {
        get => Volatile.Read(ref _target);
        set => Volatile.Write(ref _target, value);
    }

    /// <summary>Where other brokers reach this one, <c>host:port</c>.</summary>
    public string Endpoint { get; }

    /// <summary>Listens on a port of 127.0.0.1.</summary>
    /// <param name="clusterId">Brokers of another cluster are turned away.</param>
    /// <param name="brokerId">This broker.</param>
    /// <param name="endpointOf">Where a broker is, <c>host:port</c>; null where that is not known.</param>
    /// <param name="limits">Memory and time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where links are reported.</param>
    /// <param name="port">The port; 0: any free one.</param>
    public static TcpReplicaLinks Listen(
        string clusterId,
        int brokerId,
        Func<int, string?> endpointOf,
        LinkLimits limits,
        TimeProvider time,
        ILogger logger,
        int port = 0)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen();
            return new TcpReplicaLinks(clusterId, brokerId, endpointOf, limits, time, logger, listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReplicaAppendResult> AppendAsync(int brokerId, ReplicaAppend append)
    {
        if (!_outgoing.TryGetValue(brokerId, out var link))
        {
            link = _outgoing.GetOrAdd(brokerId, id => new OutgoingLink(
                _clusterId, _brokerId, id, _endpointOf, _limits, _time, _logger));
        }

        return _isStopped
            ? ValueTask.FromResult(ReplicaAppendResult.Of(ReplicaAppendStatus.Lost))
            : link.AppendAsync(in append);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        await _progress.DisposeAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        foreach (var link in _outgoing.Values)
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var (link, task) in _incoming)
        {
            link.Dispose();
            await task.ConfigureAwait(false);
        }
    }

    private void CheckProgress()
    {
        foreach (var link in _outgoing.Values)
        {
            link.CheckProgress();
        }

        _progress.Change(ProgressInterval, Timeout.InfiniteTimeSpan);
    }

    private async Task AcceptAsync()
    {
        while (!_isStopped)
        {
            try
            {
                Begin(await _listener.AcceptAsync().ConfigureAwait(false));
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                if (!_isStopped)
                {
                    // No more handles, say: others may become free.
                    LocalLogs.IncomingClosed(_logger, "unknown", failure.Message);
                    await Task.Delay(ProgressInterval, _time).ConfigureAwait(false);
                }
            }
        }
    }

    private void Begin(Socket socket)
    {
        if (Interlocked.Increment(ref _incomingCount) > LinkLimits.IncomingMax)
        {
            Interlocked.Decrement(ref _incomingCount);
            socket.Dispose();
            return;
        }

        socket.NoDelay = true;
        var link = new IncomingLink(socket, _limits, () => Target);
        var gate = new TaskCompletionSource();
        _incoming[link] = RunAsync(link, socket.RemoteEndPoint?.ToString() ?? "unknown", gate.Task);
        gate.SetResult();
    }

    private async Task RunAsync(IncomingLink link, string peer, Task begin)
    {
        await begin.ConfigureAwait(false);
        try
        {
            if (await RunAsync(link).ConfigureAwait(false) is { } reason)
            {
                LocalLogs.IncomingClosed(_logger, peer, reason);
            }
        }
        catch (Exception failure)
            when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side says why it ended, if it was not its end.
        }
        finally
        {
            link.Dispose();
            _incoming.TryRemove(link, out _);
            Interlocked.Decrement(ref _incomingCount);
        }
    }

    private async Task<string?> RunAsync(IncomingLink link)
    {
        if (await link.GreetAsync().ConfigureAwait(false) is not { } hello)
        {
            return "it did not say who it is";
        }

        var isWelcome = hello.Version == LinkWire.Version && hello.To == _brokerId && hello.ClusterId == _clusterId;
        await link.AnswerAsync(isWelcome).ConfigureAwait(false);
        if (!isWelcome)
        {
            return $"it means broker {hello.To} of cluster {hello.ClusterId}, version {hello.Version}";
        }

        // A broker that connects anew has given its former connection up, even if nothing here has told so yet.
        _greeted.TryGetValue(hello.From, out var former);
        _greeted[hello.From] = link;
        former?.Dispose();
        try
        {
            return await link.RunAsync(hello.From).ConfigureAwait(false);
        }
        finally
        {
            _greeted.TryRemove(new(hello.From, link));
        }
    }
}
