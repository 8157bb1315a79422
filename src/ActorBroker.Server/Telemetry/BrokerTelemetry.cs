using ActorBroker.Broker;
using ActorBroker.Core.Configuration;
using ActorBroker.Server.Http;
using Microsoft.Extensions.Logging;

namespace ActorBroker.Server.Telemetry;

/// <summary>What a broker tells about itself: from before its start until after its stop.</summary>
internal sealed class BrokerTelemetry : IAsyncDisposable
{
    private readonly BrokerHealth _health = new();
    private readonly MetricsCollector? _metrics;
    private readonly HttpPort? _http;
    private readonly IDisposable? _otlp;

    private BrokerTelemetry(BrokerConfig config, ILogger logger)
    {
        Meters = new BrokerMeters(config.Get(BrokerKeys.BrokerId));
        try
        {
            if (config.Get(BrokerKeys.OtlpEndpoint).Length > 0)
            {
                _otlp = OtlpExport.Start(config, Meters);
            }

            // The port is last: when it can't be opened nothing of it is left, and nothing after it can fail.
            if (config.HttpListener is { } listener)
            {
                _metrics = new MetricsCollector(Meters);
                _http = HttpPort.Open(listener, new HttpPages(_health, _metrics), logger);
            }
        }
        catch
        {
            DisposeMetrics();
            throw;
        }
    }

    /// <summary>The broker's meters.</summary>
    public BrokerMeters Meters { get; }

    /// <summary>Where metrics and health are served; null: nowhere.</summary>
    public Uri? HttpAddress => _http?.Address;

    /// <summary>Opens the HTTP port and begins to send by OTLP, if the settings ask for it.</summary>
    /// <exception cref="HttpListenerException">The port can't be opened.</exception>
    /// <exception cref="ConfigurationException">OpenTelemetry can't use a standard variable.</exception>
    public static BrokerTelemetry Start(BrokerConfig config, ILogger logger) => new(config, logger);

    /// <summary>One line for people; null: the broker is ready.</summary>
    public Task<string?> WhyNotReadyAsync(CancellationToken cancel) => _health.WhyNotReadyAsync(cancel);

    /// <summary>The logs are recovered and the listeners are open.</summary>
    public void Up(BrokerNode node) => _health.Up(node);

    /// <summary>The stop has begun.</summary>
    public void Stopping() => _health.Stopping();

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_http is not null)
            {
                await _http.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            DisposeMetrics();
        }
    }

    private void DisposeMetrics()
    {
        _otlp?.Dispose();
        _metrics?.Dispose();
        Meters.Dispose();
    }
}
