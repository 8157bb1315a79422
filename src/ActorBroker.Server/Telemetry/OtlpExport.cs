using ActorBroker.Core.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ActorBroker.Server.Telemetry;

/// <summary>
/// Sends the metrics by OTLP. Touched only where <c>otlp.endpoint</c> is set, so that nobody else loads OpenTelemetry.
/// Headers, time-outs, the interval and resource attributes are the standard <c>OTEL_*</c> variables'.
/// </summary>
internal static class OtlpExport
{
    private const string MetricsPath = "/v1/metrics";

    /// <summary>Begins to send; disposing sends what is left.</summary>
    public static IDisposable Start(BrokerConfig config)
    {
        var endpoint = config.Get(BrokerKeys.OtlpEndpoint);
        var isHttp = config.Get(BrokerKeys.OtlpProtocol) == "http/protobuf";
        return Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService(
                "actorbroker", serviceVersion: Banner.Version,
                serviceInstanceId: $"{Environment.MachineName}-{config.Get(BrokerKeys.BrokerId)}"))
            .AddMeter("ActorBroker.*", "System.Runtime")
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
                exporter.Endpoint = new Uri(isHttp ? endpoint.TrimEnd('/') + MetricsPath : endpoint);
            })
            .Build();
    }
}
