using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests.Groups;

/// <summary>A server for groups that must notice a dead member soon.</summary>
public sealed class GroupServer : IAsyncLifetime
{
    private ServerProcess? _server;

    public ServerProcess Server => _server!;

    public async ValueTask InitializeAsync() => _server = await ServerProcess.StartAsync(
        new ServerOptions
        {
            Settings =
            [
                "group.min.session.timeout.ms=1000",
                "group.initial.rebalance.delay.ms=500",
                "group.consumer.session.timeout.ms=3000",
                "group.consumer.min.session.timeout.ms=1000",
                "group.consumer.heartbeat.interval.ms=500",
                "group.consumer.min.heartbeat.interval.ms=500",
                "offsets.topic.num.partitions=1",
            ],
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
