using System.Net;
using System.Net.Sockets;
using ActorBroker.Chaos.Harness;
using ActorBroker.TestSupport;

namespace ActorBroker.Chaos.Tests;

/// <summary>The proxy between brokers 1 and 2: bytes pass, stop in one direction or both, and go on.</summary>
public sealed class LinkProxyTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly LinkFaults _faults = new();
    private readonly TcpListener _broker = new(IPAddress.Loopback, 0);
    private readonly LinkProxy _proxy;
    private readonly TcpClient _source = new();
    private readonly ReservedPort _reserved = ReservedPort.Take();

    public LinkProxyTests()
    {
        _broker.Start();
        _proxy = new LinkProxy(2, _reserved.Port, ((IPEndPoint)_broker.LocalEndpoint).Port, _faults, OwnerIsBroker1);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        await _proxy.DisposeAsync();
        _broker.Dispose();
        _reserved.Dispose();
    }

    [Fact]
    public async Task Bytes_pass_in_both_directions()
    {
        var (there, back) = await ConnectAsync();

        await there.WriteAsync(new byte[] { 1 }, Cancel);
        Assert.Equal(1, await ReadByteAsync(back));
        await back.WriteAsync(new byte[] { 2 }, Cancel);
        Assert.Equal(2, await ReadByteAsync(there));
    }

    [Fact]
    public async Task A_cut_in_one_direction_holds_bytes_back_until_it_is_healed()
    {
        var (there, back) = await ConnectAsync();
        _faults.Cut(from: 2, to: 1);

        await back.WriteAsync(new byte[] { 2 }, Cancel);
        var held = ReadByteAsync(there);
        await there.WriteAsync(new byte[] { 1 }, Cancel);
        Assert.Equal(1, await ReadByteAsync(back));
        Assert.False(held.IsCompleted);

        _faults.Heal();
        Assert.Equal(2, await held);
    }

    [Fact]
    public async Task A_reset_ends_the_connections()
    {
        var (there, back) = await ConnectAsync();

        _proxy.Reset();

        Assert.Equal(-1, await ReadByteAsync(there));
        Assert.Equal(-1, await ReadByteAsync(back));
    }

    [Fact]
    public void The_process_at_the_other_end_of_a_connection_is_found()
    {
        using var client = new TcpClient();
        client.Connect((IPEndPoint)_broker.LocalEndpoint);
        var address = (IPEndPoint)client.Client.LocalEndPoint!;

        Assert.Equal(Environment.ProcessId, SocketOwner.Find(address, [Environment.ProcessId]));
        Assert.Null(SocketOwner.Find(address, []));
    }

    [Fact]
    public async Task The_process_is_found_though_connections_of_before_had_the_same_address()
    {
        using var another = new TcpListener(IPAddress.Loopback, 0);
        another.Start();
        for (var i = 0; i < 8; i++)
        {
            // Closed here first, it stays in the kernel's table for a while.
            var (before, there) = await FromAsync(0, _broker);
            var local = (IPEndPoint)before.LocalEndPoint!;
            before.Dispose();
            there.Dispose();
            var (now, other) = await FromAsync(local.Port, another);
            using var nowHere = now;
            using var nowThere = other;

            Assert.Equal(Environment.ProcessId, SocketOwner.Find(local, [Environment.ProcessId]));
        }
    }

    private static async Task<(Socket Here, Socket There)> FromAsync(int port, TcpListener to)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        await socket.ConnectAsync((IPEndPoint)to.LocalEndpoint, Cancel);
        return (socket, await to.AcceptSocketAsync(Cancel));
    }

    private static int? OwnerIsBroker1(IPEndPoint address) =>
        SocketOwner.Find(address, [Environment.ProcessId]) is null ? null : 1;

    private async Task<(NetworkStream There, NetworkStream Back)> ConnectAsync()
    {
        await _source.ConnectAsync(IPAddress.Loopback, _reserved.Port, Cancel);
        var accepted = await _broker.AcceptTcpClientAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
        return (_source.GetStream(), accepted.GetStream());
    }

    /// <summary>The next byte; -1 where the connection has ended.</summary>
    private static async Task<int> ReadByteAsync(NetworkStream stream)
    {
        var buffer = new byte[1];
        try
        {
            return await stream.ReadAsync(buffer, Cancel).AsTask().WaitAsync(Patience, Cancel) == 0 ? -1 : buffer[0];
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
