using System.Net;
using System.Net.Sockets;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Server.Http;

/// <summary>Opens the socket of <c>http.listener</c>.</summary>
internal static class HttpSocket
{
    private const int Backlog = 64;

    /// <summary>Binds and listens.</summary>
    /// <exception cref="HttpListenerException">The host is unknown, or the address can't be had.</exception>
    public static Socket Open(Listener listener)
    {
        Socket? socket = null;
        try
        {
            var address = AddressOf(listener.Host);
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, listener.Port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException fault)
        {
            socket?.Dispose();
            throw new HttpListenerException(Explain(listener, fault), fault);
        }
    }

    private static IPAddress AddressOf(string host)
    {
        if (host.Length == 0)
        {
            return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        }

        if (IPAddress.TryParse(host, out var address))
        {
            return address;
        }

        var found = Dns.GetHostAddresses(host);
        return found.FirstOrDefault(each => each.AddressFamily == AddressFamily.InterNetwork)
            ?? found.FirstOrDefault()
            ?? throw new SocketException((int)SocketError.HostNotFound);
    }

    private static string Explain(Listener listener, SocketException fault)
    {
        var problem = fault.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"since port {listener.Port} is in use",
            SocketError.AddressNotAvailable => $"since {listener.Host} is not an address of this machine",
            SocketError.AccessDenied => $"since this user may not open port {listener.Port}",
            _ => $"({fault.Message})",
        };
        return $"http.listener: http://{listener.Authority} can't be opened, {problem}. Name another address (port 0 " +
            "takes any free one), or turn metrics and health over HTTP off with --http.listener=";
    }
}
