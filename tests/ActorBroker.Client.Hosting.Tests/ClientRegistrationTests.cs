using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ActorBroker.Client.Hosting.Tests;

/// <summary>Where a host's client finds its broker.</summary>
public sealed class ClientRegistrationTests : HostTest
{
    [Theory]
    [InlineData("ConnectionStrings:broker")]
    [InlineData("ActorBroker:BootstrapServers")]
    public async Task The_broker_stands_in_the_configuration(string key)
    {
        using var host = NewHost(
            new Dictionary<string, string?> { [key] = Broker.BootstrapServers },
            services => services.AddActorBrokerClient());
        await host.StartAsync(Cancel);

        Assert.Equal(Broker.ClusterId, await ClusterOfAsync(host));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task The_connection_string_comes_first_and_code_before_both()
    {
        var configuration = new Dictionary<string, string?>
        {
            ["ConnectionStrings:broker"] = Broker.BootstrapServers,
            ["ActorBroker:BootstrapServers"] = "nobody.invalid:1",
        };
        using (var host = NewHost(configuration, services => services.AddActorBrokerClient()))
        {
            Assert.Equal(Broker.ClusterId, await ClusterOfAsync(host));
        }

        configuration["ConnectionStrings:broker"] = "nobody.invalid:2";
        using (var host = NewHost(
            configuration,
            services => services.AddActorBrokerClient(options => options.BootstrapServers = Broker.BootstrapServers)))
        {
            Assert.Equal(Broker.ClusterId, await ClusterOfAsync(host));
        }
    }

    [Fact]
    public async Task A_host_that_knows_no_broker_does_not_start_and_names_the_keys_in_one_line()
    {
        using var host = NewHost([], services => services.AddConsumer<string, string, ScriptHandler>(Topic, "g"));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));

        Assert.Contains("ConnectionStrings:broker", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ActorBroker:BootstrapServers", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task A_malformed_address_fails_the_start()
    {
        using var host = NewHost(
            new Dictionary<string, string?> { ["ConnectionStrings:broker"] = "localhost:0" },
            services => services.AddActorBrokerClient());

        var failure = await Assert.ThrowsAsync<ArgumentException>(() => host.StartAsync(Cancel));

        Assert.Contains("'localhost:0' is not a host:port", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_may_be_opened_by_the_application()
    {
        var asked = new ConcurrentQueue<string>();
        using var host = NewHost(services => services.AddActorBrokerClient(options =>
        {
            options.ConnectCallback = async (host, port, cancel) =>
            {
                asked.Enqueue($"{host}:{port}");
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(host, port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }));

        Assert.Equal(Broker.ClusterId, await ClusterOfAsync(host));
        Assert.Contains(Broker.BootstrapServers, asked);
    }

    [Fact]
    public void Adding_it_again_adds_settings_and_no_second_client()
    {
        using var host = NewHost(services => services
            .AddActorBrokerClient(options => options.ClientId = "till")
            .AddActorBrokerClient(options => options.Json = ShopJson.Default)
            .AddProducer<string, Order>(Topic));

        Assert.Single(host.Services.GetServices<KafkaClient>());
        Assert.Single(host.Services.GetServices<IHostedService>());
        var options = host.Services.GetRequiredService<IOptions<ActorBrokerClientOptions>>().Value;
        Assert.Equal(("till", ShopJson.Default), (options.ClientId, options.Json));
    }

    private static async Task<string?> ClusterOfAsync(IHost host) =>
        (await host.Services.GetRequiredService<KafkaClient>().Admin.DescribeClusterAsync(Cancel)).ClusterId;
}
