using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ActorBroker.Aspire;

/// <summary>What every service of an Aspire application has, with ActorBroker's and Orleans' instruments.</summary>
public static class ServiceDefaultsExtensions
{
    private const string Health = "/health";

    /// <summary>
    /// Logs, metrics and traces to where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says, if it says so; HTTP clients that find
    /// services by name and try again.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Logging.AddOpenTelemetry(static logs =>
            (logs.IncludeFormattedMessage, logs.IncludeScopes) = (true, true));
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(static metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("ActorBroker.*", "Microsoft.Orleans"))
            .WithTracing(traces => traces
                .AddSource(builder.Environment.ApplicationName, "ActorBroker.*")
                .AddAspNetCoreInstrumentation(static options =>
                    options.Filter = static context => !context.Request.Path.StartsWithSegments(Health))
                .AddHttpClientInstrumentation());
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.UseOtlpExporter();
        }

        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(static client =>
        {
            client.AddStandardResilienceHandler();
            client.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>
    /// <c>/health/live</c> answers while the process does, <c>/health/ready</c> by all its checks: the pages that the
    /// broker has.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealthChecks($"{Health}/live", new HealthCheckOptions { Predicate = static _ => false });
        app.MapHealthChecks($"{Health}/ready");
        return app;
    }
}
