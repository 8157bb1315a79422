using System.Net;
using System.Net.Sockets;
using ActorBroker.Broker.Cluster;
using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Gateway.Tests;

/// <summary>Clients that somebody else accepted, and hands over as a stream.</summary>
public sealed class OtherEndpointTests
{
    [Fact]
    public async Task A_client_of_another_endpoint_is_served_and_told_the_endpoints_of_its_kind()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        await using var gateway = await KafkaGateway.StartAsync(
            host.Node, NullLoggerFactory.Instance, [new BrokerEndpoint("(other)", "elsewhere", 7)], Cancel);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = await TestConnection.OpenAsync(((IPEndPoint)listener.LocalEndpoint).Port);

        gateway.Accept(new NetworkStream(await listener.AcceptSocketAsync(Cancel), ownsSocket: true), "(other)");

        var metadata = await client.AskAsync<MetadataRequest, MetadataResponse>(new() { Topics = null }, 12);
        Assert.Equal([("elsewhere", 7)], metadata.Brokers.Select(broker => (broker.Host, broker.Port)));
        Assert.Equal(["t"], metadata.Topics.Select(topic => topic.Name));
        Assert.Equal(1, gateway.ConnectionCount);
        await gateway.StopAsync(Cancel);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task After_the_stop_nobody_is_served()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.Gateway.StopAsync(Cancel);
        var stream = new MemoryStream();

        host.Gateway.Accept(stream, "(other)");

        Assert.False(stream.CanRead);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
