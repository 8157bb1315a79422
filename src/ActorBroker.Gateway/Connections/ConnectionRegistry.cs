using System.Collections.Concurrent;
using System.Net;
using ActorBroker.Gateway.Transport;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Gateway.Connections;

/// <summary>
/// All open connections: lets them in up to the limits, closes silent ones by one sweep (no timer per connection), and
/// ends them all. A connection over a limit is closed at once; the others never notice.
/// </summary>
internal sealed partial class ConnectionRegistry : IDisposable
{
    private readonly GatewayServices _services;
    private readonly Func<ConnectionLimits> _limits;
    private readonly ConcurrentDictionary<Connection, Task> _running = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly Lock _gate = new();
    private readonly ITimer _sweep;
    private int _count;
    private bool _full;
    private bool _stopping;

    /// <summary>The limits are asked for anew each time, since they can change while the broker runs.</summary>
    public ConnectionRegistry(GatewayServices services, Func<ConnectionLimits> limits)
    {
        _services = services;
        _limits = limits;
        _sweep = services.Time.CreateTimer(
            static registry => ((ConnectionRegistry)registry!).Sweep(),
            this, ConnectionLimits.SweepPeriod, ConnectionLimits.SweepPeriod);
    }

    /// <summary>Connections open now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Serves a new connection in the background, or closes it if there are too many.</summary>
    public void Accept(ITransport transport, string listener)
    {
        var address = transport.Remote?.Address;
        if (!TryEnter(address))
        {
            transport.Abort();
            _services.Instruments?.Of(listener).Refuse();
            return;
        }

        _services.Instruments?.Of(listener).Accept();
        var gated = _services.Gate is { } gate ? new GatedTransport(transport, gate) : transport;
        var connection = new Connection(gated, listener, _services);
        var start = new TaskCompletionSource();
        _running[connection] = ServeAsync(connection, address, start.Task);
        start.SetResult();
    }

    /// <summary>Closes the connections that have been silent for too long.</summary>
    public void Sweep()
    {
        var idle = _limits().Idle;
        var stall = _services.Budgets.Bytes.Waiting > 0
            ? ConnectionLimits.FrameStallUnderPressure
            : ConnectionLimits.FrameStall;
        foreach (var (connection, _) in _running)
        {
            var silence = connection.Silence;
            if (silence >= idle)
            {
                connection.Abort("it was silent for longer than connections.max.idle.ms");
            }
            else if (connection.InFrame && silence >= stall)
            {
                connection.Abort("it went silent inside a frame");
            }
        }
    }

    /// <summary>Lets requests in work finish, then closes everything; what lasts beyond the token is aborted.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            _stopping = true;
        }

        foreach (var (connection, _) in _running)
        {
            connection.Stop();
        }

        try
        {
            await Task.WhenAll(_running.Values).WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            foreach (var (connection, _) in _running)
            {
                connection.Abort("the broker stops and its time is up");
            }

            await Task.WhenAll(_running.Values).ConfigureAwait(false);
        }
    }

    public void Dispose() => _sweep.Dispose();

    private async Task ServeAsync(Connection connection, IPAddress? address, Task started)
    {
        await started.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await connection.RunAsync().ConfigureAwait(false);
        _running.TryRemove(connection, out _);
        Leave(address);
        _services.Instruments?.Of(connection.Listener).End();
    }

    private bool TryEnter(IPAddress? address)
    {
        var limits = _limits();
        lock (_gate)
        {
            if (_stopping)
            {
                return false;
            }

            var fromHere = address is null ? 0 : _perAddress.GetValueOrDefault(address);
            if (_count >= limits.Total || fromHere >= limits.PerAddress)
            {
                if (!_full)
                {
                    _full = true;
                    LogFull(_services.Logger, address, _count, fromHere);
                }

                return false;
            }

            _full = false;
            _count++;
            if (address is not null)
            {
                _perAddress[address] = fromHere + 1;
            }

            return true;
        }
    }

    private void Leave(IPAddress? address)
    {
        lock (_gate)
        {
            _count--;
            if (address is not null && --_perAddress[address] == 0)
            {
                _perAddress.Remove(address);
            }
        }
    }

    [LoggerMessage(
        EventId = 3110, Level = LogLevel.Warning,
        Message = "Refusing connections: {Total} are open ({FromAddress} from {Address}); " +
            "see max.connections and max.connections.per.ip.")]
    private static partial void LogFull(ILogger logger, IPAddress? address, int total, int fromAddress);
}
