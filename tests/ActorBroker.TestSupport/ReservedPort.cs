using System.Net;
using System.Net.Sockets;

namespace ActorBroker.TestSupport;

/// <summary>
/// A port of 127.0.0.1 that is nobody else's until it is disposed, also while nobody listens there: a server that was
/// killed finds it free again. It lies below the ports that systems give to whoever takes any; its neighbour is held
/// meanwhile, which tells other tests that the pair is taken.
/// </summary>
public sealed class ReservedPort : IDisposable
{
    private const int First = 20_000;
    private const int Pairs = 5_000;

    private readonly TcpListener _neighbour;

    private ReservedPort(int port, TcpListener neighbour)
    {
        Port = port;
        _neighbour = neighbour;
    }

    /// <summary>Its number.</summary>
    public int Port { get; }

    /// <summary>Takes one that is free.</summary>
    public static ReservedPort Take()
    {
        var start = Random.Shared.Next(Pairs);
        for (var tried = 0; tried < Pairs; tried++)
        {
            var port = First + (2 * ((start + tried) % Pairs));
            if (TryListen(port + 1) is not { } neighbour)
            {
                continue;
            }

            // It may be of somebody who knows nothing of pairs.
            using var probe = TryListen(port);
            if (probe is not null)
            {
                return new ReservedPort(port, neighbour);
            }

            neighbour.Dispose();
        }

        throw new InvalidOperationException($"No port from {First} to {First + (2 * Pairs)} is free.");
    }

    public void Dispose() => _neighbour.Dispose();

    private static TcpListener? TryListen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
