using ActorBroker.Broker;
using ActorBroker.Core.Configuration;
using ActorBroker.Server.Http;

namespace ActorBroker.Server.Telemetry;

/// <summary>What a broker tells about itself: from before its start until after its stop.</summary>
internal sealed class BrokerTelemetry : IAsyncDisposable
{
    private readonly BrokerHealth _health = new();
    private readonly MetricsCollector? _metrics;
    private readonly HttpPort? _http;
    private readonly IDisposable? _otlp;

    private BrokerTelemetry(BrokerConfig config)
    {
        Meters = new BrokerMeters(config.Get(BrokerKeys.BrokerId));
        if (config.HttpListener is { } listener)
        {
            _metrics = new MetricsCollector(Meters);
            try
            {
                _http = HttpPort.Open(listener, new HttpPages(_health, _metrics));
            }
            catch
            {
                _metrics.Dispose();
                throw;
            }
        }

        if (config.Get(BrokerKeys.OtlpEndpoint).Length > 0)
        {
            _otlp = OtlpExport.Start(config);
        }
    }

    /// <summary>The broker's meters.</summary>
    public BrokerMeters Meters { get; }

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

        _otlp?.Dispose();
        _metrics?.Dispose();
        Meters.Dispose();
    }
}
