using ActorBroker.Broker;
using ActorBroker.Core.Configuration;
using ActorBroker.Server.Http;

namespace ActorBroker.Server.Telemetry;

/// <summary>What a broker tells about itself: from before its start until after its stop.</summary>
internal sealed class BrokerTelemetry : IAsyncDisposable
{
    private readonly BrokerHealth _health = new();
    private readonly HttpPort? _http;

    private BrokerTelemetry(BrokerConfig config)
    {
        if (config.HttpListener is { } listener)
        {
            _http = HttpPort.Open(listener, new HttpPages(_health));
        }
    }

    /// <summary>Where metrics and health are served; null: nowhere.</summary>
    public Uri? HttpAddress => _http?.Address;

    /// <summary>Opens the HTTP port, if the settings ask for one.</summary>
    /// <exception cref="HttpListenerException">The port can't be opened.</exception>
    public static BrokerTelemetry Start(BrokerConfig config) => new(config);

    /// <summary>The logs are recovered and the listeners are open.</summary>
    public void Up(BrokerNode node) => _health.Up(node);

    /// <summary>The stop has begun.</summary>
    public void Stopping() => _health.Stopping();

    public async ValueTask DisposeAsync()
    {
        if (_http is not null)
        {
            await _http.DisposeAsync().ConfigureAwait(false);
        }
    }
}
