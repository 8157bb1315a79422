using System.Net;
using System.Net.Sockets;
using ActorBroker.Core.Configuration;

namespace ActorBroker.Gateway.Connections;

/// <summary>Opens the socket of a listener.</summary>
internal static class ListenerSocket
{
    /// <summary>Binds and listens.</summary>
    /// <exception cref="ListenerException">The host is unknown, or the address can't be had.</exception>
    public static Socket Open(Listener listener, BrokerConfig config)
    {
        var address = AddressOf(listener);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            SetBuffers(socket, config);
            socket.Bind(new IPEndPoint(address, listener.Port));
            socket.Listen(config.Get(BrokerKeys.SocketListenBacklogSize));
            return socket;
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new ListenerException(Explain(listener, fault), fault);
        }
    }

    // Accepted sockets inherit these.
    private static void SetBuffers(Socket socket, BrokerConfig config)
    {
        if (config.Get(BrokerKeys.SocketReceiveBufferBytes) is > 0 and var receive)
        {
            socket.ReceiveBufferSize = receive;
        }

        if (config.Get(BrokerKeys.SocketSendBufferBytes) is > 0 and var send)
        {
            socket.SendBufferSize = send;
        }
    }

    private static IPAddress AddressOf(Listener listener)
    {
        if (listener.Host.Length == 0)
        {
            return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        }

        if (IPAddress.TryParse(listener.Host, out var address))
        {
            return address;
        }

        try
        {
            var found = Dns.GetHostAddresses(listener.Host);
            return found.FirstOrDefault(each => each.AddressFamily == AddressFamily.InterNetwork)
                ?? found.FirstOrDefault()
                ?? throw new ListenerException($"listeners: the host of {listener} has no address.");
        }
        catch (SocketException fault)
        {
            throw new ListenerException($"listeners: the host of {listener} is not known: {fault.Message}.", fault);
        }
    }

    private static string Explain(Listener listener, SocketException fault) => fault.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"listeners: {listener} can't be opened, since port {listener.Port} is in use. Stop the process that has " +
            "it, or give this broker another port.",
        SocketError.AddressNotAvailable =>
            $"listeners: {listener} can't be opened, since {listener.Host} is not an address of this machine. Listen " +
            "on one that is, and name the one that clients use in advertised.listeners.",
        SocketError.AccessDenied =>
            $"listeners: {listener} can't be opened, since this user may not open port {listener.Port}. Choose one " +
            "above 1023.",
        _ => $"listeners: {listener} can't be opened: {fault.Message}.",
    };
}
