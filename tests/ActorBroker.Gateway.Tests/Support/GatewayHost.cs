using ActorBroker.Broker;
using ActorBroker.Broker.Admin;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Gateway.Tests.Support;

/// <summary>A broker in this process, on a folder of its own, with its Kafka port on a free one.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly string _directory;

    private GatewayHost(string directory, BrokerNode node, KafkaGateway gateway)
    {
        _directory = directory;
        Node = node;
        Gateway = gateway;
    }

    public BrokerNode Node { get; }

    public KafkaGateway Gateway { get; }

    public int Port => Gateway.BoundEndpoints[0].Port;

    public static Task<GatewayHost> StartAsync(params string[] settings) => StartAsync(TimeProvider.System, settings);

    public static async Task<GatewayHost> StartAsync(TimeProvider time, params string[] settings)
    {
        var directory = Directory.CreateTempSubdirectory("actorbroker-gateway-").FullName;
        string[] all = ["listeners=PLAINTEXT://127.0.0.1:0", $"log.dirs={directory}", .. settings];
        var config = BrokerConfig.Parse(all.Select(setting =>
        {
            var parts = setting.Split('=', 2);
            return new ConfigInput(parts[0], parts[1], "the test");
        }));
        var environment = new BrokerEnvironment(
            TimeProvider.System, NullLoggerFactory.Instance, new PhysicalFileSystem());
        var cancel = TestContext.Current.CancellationToken;
        var node = await BrokerNode.StartAsync(config, environment, cancel);
        try
        {
            var gateway = await KafkaGateway.StartAsync(node, NullLoggerFactory.Instance, time, cancel);
            return new GatewayHost(directory, node, gateway);
        }
        catch
        {
            await node.DisposeAsync();
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    public async Task<Guid> CreateTopicAsync(string name, int partitions = 1, int replicas = 1)
    {
        var topic = new NewTopic(name, partitions, replicas, null, new Dictionary<string, string?>());
        var results = await Node.Topics.CreateAsync([topic], false, TestContext.Current.CancellationToken);
        Assert.Equal(ErrorCode.None, results[0].Error);
        return results[0].Id;
    }

    public Task<TestConnection> ConnectAsync() => TestConnection.OpenAsync(Port);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Node.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
