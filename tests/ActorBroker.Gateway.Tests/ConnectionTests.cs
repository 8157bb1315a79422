using System.Net.Sockets;
using ActorBroker.Gateway.Connections;
using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Tests;

/// <summary>Limits, idle time-outs, ports and stops.</summary>
public sealed class ConnectionTests
{
    [Theory]
    [InlineData("max.connections=2")]
    [InlineData("max.connections.per.ip=2")]
    public async Task A_connection_above_the_limit_is_closed_and_a_free_place_is_given_again(string limit)
    {
        await using var host = await GatewayHost.StartAsync(limit);
        using var first = await host.ConnectAsync();
        var second = await host.ConnectAsync();
        await PingAsync(first);
        await PingAsync(second);
        using (var third = await host.ConnectAsync())
        {
            await third.ExpectClosedAsync();
        }

        second.Dispose();
        await Eventually.HoldsAsync(() => host.Gateway.ConnectionCount == 1);
        using var again = await host.ConnectAsync();
        await PingAsync(again);
        await PingAsync(first);
    }

    [Fact]
    public async Task A_silent_connection_is_closed_and_an_active_one_stays()
    {
        var clock = new ManualClock();
        await using var host = await GatewayHost.StartAsync(clock, "connections.max.idle.ms=60000");
        using var silent = await host.ConnectAsync();
        using var active = await host.ConnectAsync();
        await PingAsync(silent);
        await PingAsync(active);
        clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(2, host.Gateway.ConnectionCount);

        // An answer may count as sent a little after it has come, and the silence begins with that.
        await Eventually.HoldsAsync(async () =>
        {
            await PingAsync(active);
            clock.Advance(TimeSpan.FromSeconds(10));
            return host.Gateway.ConnectionCount == 1;
        });
        await silent.ExpectClosedAsync();
        await PingAsync(active);
    }

    [Fact]
    public async Task A_peer_that_goes_silent_inside_a_frame_is_closed_long_before_an_idle_one()
    {
        var clock = new ManualClock();
        await using var host = await GatewayHost.StartAsync(clock, "connections.max.idle.ms=86400000");
        using var idle = await host.ConnectAsync();
        using var stalled = await host.ConnectAsync();
        await PingAsync(idle);
        await stalled.SendRawAsync(new byte[] { 0, 0, 1, 0, 0, 3, 0, 1, 0, 0 });
        await Eventually.HoldsAsync(() => host.Gateway.ConnectionCount == 2);
        await Eventually.HoldsAsync(() =>
        {
            clock.Advance(ConnectionLimits.FrameStall / 10);
            return host.Gateway.ConnectionCount == 1;
        });
        await stalled.ExpectClosedAsync();
        await PingAsync(idle);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_the_listener_and_the_setting()
    {
        await using var host = await GatewayHost.StartAsync();
        var fault = await Assert.ThrowsAsync<ListenerException>(
            () => GatewayHost.StartAsync($"listeners=PLAINTEXT://127.0.0.1:{host.Port}"));
        Assert.StartsWith($"listeners: PLAINTEXT://127.0.0.1:{host.Port}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("in use", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_are_told_the_endpoint_of_the_listener_that_they_came_in_on()
    {
        await using var host = await GatewayHost.StartAsync(
            "listeners=INSIDE://127.0.0.1:0,OUTSIDE://127.0.0.1:0",
            "advertised.listeners=OUTSIDE://broker.example:9999",
            "listener.security.protocol.map=INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT");
        var endpoints = host.Gateway.BoundEndpoints.ToDictionary(each => each.Listener);
        using var inside = await TestConnection.OpenAsync(endpoints["INSIDE"].Port);
        using var outside = await TestConnection.OpenAsync(endpoints["OUTSIDE"].Port);
        var near = Assert.Single((await PingAsync(inside)).Brokers);
        Assert.Equal(("127.0.0.1", endpoints["INSIDE"].Port), (near.Host, near.Port));
        var far = Assert.Single((await PingAsync(outside)).Brokers);
        Assert.Equal(("broker.example", 9999), (far.Host, far.Port));
    }

    [Fact]
    public async Task A_stop_answers_what_is_in_work_and_then_refuses_new_connections()
    {
        var clock = new ManualClock();
        await using var host = await GatewayHost.StartAsync(clock);
        await host.CreateTopicAsync("t");
        var wait = TimeSpan.FromMilliseconds(77_777);
        using var consumer = await host.ConnectAsync();
        var parked = clock.TimerSetAsync(wait);
        var id = await consumer.SendAsync(Requests.Fetch("t", 0, maxWaitMs: (int)wait.TotalMilliseconds), 12);
        await parked;
        await host.Gateway.StopAsync(TestContext.Current.CancellationToken);
        await consumer.ReceiveAsync<FetchResponse>(12, id);
        await consumer.ExpectClosedAsync();
        await Assert.ThrowsAsync<SocketException>(host.ConnectAsync);
    }

    private static Task<MetadataResponse> PingAsync(TestConnection connection) =>
        connection.AskAsync<MetadataRequest, MetadataResponse>(new() { Topics = [] }, 9);
}
