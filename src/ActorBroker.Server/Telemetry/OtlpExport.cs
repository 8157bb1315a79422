using System.Diagnostics.Metrics;
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
    private const string RuntimeMeter = "System.Runtime";

    /// <summary>
    /// Begins to send what the meters of this scope measure, and the runtime's; disposing sends what is left.
    /// </summary>
    /// <exception cref="ConfigurationException">OpenTelemetry can't use a standard variable.</exception>
    public static IDisposable Start(BrokerConfig config, object scope)
    {
        try
        {
            return Build(config, scope);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidOperationException)
        {
            // The fault's text may repeat a header, and headers carry secrets.
            throw new ConfigurationException(
                $"otlp.endpoint is set, but OpenTelemetry doesn't start ({fault.GetType().Name}): "
                + "OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs with commas between them; "
                + "check it and the other OTEL_ variables",
                fault);
        }
    }

    private static MeterProvider Build(BrokerConfig config, object scope)
    {
        var endpoint = config.Get(BrokerKeys.OtlpEndpoint);
        var isHttp = config.Get(BrokerKeys.OtlpProtocol) == "http/protobuf";
        return Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService(
                "actorbroker", serviceVersion: Banner.Version,
                serviceInstanceId: $"{Environment.MachineName}-{config.Get(BrokerKeys.BrokerId)}"))
            .AddMeter("ActorBroker.*", RuntimeMeter)
            .AddView(instrument => IsOurs(instrument, scope) ? null : MetricStreamConfiguration.Drop)
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
                exporter.Endpoint = new Uri(isHttp ? endpoint.TrimEnd('/') + MetricsPath : endpoint);
            })
            .Build();
    }

    // Meters are added by name, and every broker (and client) of a process has meters of these names.
    private static bool IsOurs(Instrument instrument, object scope) =>
        ReferenceEquals(instrument.Meter.Scope, scope) || instrument.Meter.Name == RuntimeMeter;
}
