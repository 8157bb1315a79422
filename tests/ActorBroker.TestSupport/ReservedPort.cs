using System.Net;
using System.Net.Sockets;

namespace ActorBroker.TestSupport;

/// <summary>
/// A port of 127.0.0.1, or a few in a row, that are nobody else's until it is disposed, also while nobody listens
/// there: a server that was killed finds its port free again. They lie below the ports that systems give to whoever
/// takes any; the last one of their block is held meanwhile, which tells other tests that the block is taken.
/// </summary>
public sealed class ReservedPort : IDisposable
{
    private const int First = 20_000;
    private const int Blocks = 1_500;
    private const int BlockPorts = 8;

    private readonly TcpListener _holder;

    private ReservedPort(int port, TcpListener holder)
    {
        Port = port;
        _holder = holder;
    }

    /// <summary>Its number, or the first one's.</summary>
    public int Port { get; }

    /// <summary>Takes some that are free.</summary>
    public static ReservedPort Take(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, BlockPorts);
        var start = Random.Shared.Next(Blocks);
        for (var tried = 0; tried < Blocks; tried++)
        {
            var port = First + (BlockPorts * ((start + tried) % Blocks));
            if (TryListen(port + BlockPorts - 1) is not { } holder)
            {
                continue;
            }

            // Others may be there who know nothing of blocks.
            if (Enumerable.Range(port, count).All(IsFree))
            {
                return new ReservedPort(port, holder);
            }

            holder.Dispose();
        }

        throw new InvalidOperationException($"No port from {First} to {First + (BlockPorts * Blocks)} is free.");
    }

    public void Dispose() => _holder.Dispose();

    private static bool IsFree(int port)
    {
        using var probe = TryListen(port);
        return probe is not null;
    }

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
