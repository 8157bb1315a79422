using ActorBroker.TestSupport;

namespace ActorBroker.Clients.Tests;

/// <summary>One real server process for the tests of a class.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private ServerProcess? _server;

    public string Bootstrap => _server!.BootstrapServers;

    public async ValueTask InitializeAsync() =>
        _server = await ServerProcess.StartAsync(null, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
