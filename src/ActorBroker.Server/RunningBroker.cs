using ActorBroker.Broker;
using ActorBroker.Core.Configuration;
using ActorBroker.Gateway;
using ActorBroker.Storage;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Server;

/// <summary>A broker and its gateway: the gateway opens last and closes first.</summary>
internal sealed class RunningBroker : IAsyncDisposable
{
    private readonly BrokerNode _node;
    private readonly KafkaGateway _gateway;

    private RunningBroker(BrokerNode node, KafkaGateway gateway)
    {
        _node = node;
        _gateway = gateway;
    }

    public Banner Banner => new(
        _node.BrokerId,
        _node.ClusterId,
        _gateway.BoundEndpoints.Select(bound => new Listener(bound.Listener, bound.Host, bound.Port)).ToArray(),
        _node.Config.Get(BrokerKeys.LogDirs).Select(Path.GetFullPath).ToArray());

    public static async Task<RunningBroker> StartAsync(
        BrokerConfig config, ILoggerFactory loggers, CancellationToken cancel)
    {
        var world = new BrokerEnvironment(TimeProvider.System, loggers, new PhysicalFileSystem());
        var node = await BrokerNode.StartAsync(config, world, cancel).ConfigureAwait(false);
        try
        {
            var gateway = await KafkaGateway.StartAsync(node, loggers, cancel).ConfigureAwait(false);
            return new RunningBroker(node, gateway);
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancel)
    {
        await _gateway.StopAsync(cancel).ConfigureAwait(false);
        await _node.StopAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync().ConfigureAwait(false);
        await _node.DisposeAsync().ConfigureAwait(false);
    }
}
