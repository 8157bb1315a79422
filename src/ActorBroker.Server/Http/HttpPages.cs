using System.Text;
using ActorBroker.Server.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace ActorBroker.Server.Http;

/// <summary>What the HTTP port serves, to be read only: metrics, health, and groups as JSON.</summary>
internal sealed class HttpPages(BrokerHealth health, MetricsCollector metrics) : IHttpApplication<HttpContext>
{
    private const string PlainText = "text/plain; charset=utf-8";
    private static readonly TimeSpan ScrapePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LagPatience = TimeSpan.FromSeconds(1);

    private readonly GroupPages _groups = new(health);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            return WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD.");
        }

        if (_groups.TryServe(context, out var served))
        {
            return served;
        }

        return context.Request.Path.Value switch
        {
            "/metrics" => MetricsAsync(context),
            "/health/live" => WriteAsync(context, StatusCodes.Status200OK, "live"),
            "/health/ready" => ReadyAsync(context),
            _ => WriteAsync(
                context, StatusCodes.Status404NotFound,
                "Here are /metrics, /health/live, /health/ready, /api/groups."),
        };
    }

    private async Task MetricsAsync(HttpContext context)
    {
        var openMetrics = WantsOpenMetrics(context.Request);
        context.Response.ContentType = openMetrics ? PrometheusText.OpenMetricsType : PrometheusText.PlainType;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await RefreshLagAsync().ConfigureAwait(false);
        var body = context.Response.BodyWriter;
        var text = new PrometheusText(body, openMetrics);
        if (!await metrics.TryScrapeAsync(text.Write, ScrapePatience, context.RequestAborted).ConfigureAwait(false))
        {
            await WriteAsync(
                context, StatusCodes.Status503ServiceUnavailable,
                "Another read of the metrics hangs: something that they ask, like a disk, doesn't answer.")
                .ConfigureAwait(false);
            return;
        }

        await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    // Groups' lag needs to ask their coordinators, which an instrument must not wait for; without an answer in time the
    // sample before is shown.
    private async Task RefreshLagAsync()
    {
        if (health.Node is { } node)
        {
            await node.Lag.Sample.RefreshAsync().WaitAsync(LagPatience)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Plain text unless the client likes OpenMetrics no less.
    private static bool WantsOpenMetrics(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
        {
            return false;
        }

        var open = accepted.FirstOrDefault(
            type => type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase));
        var plain = accepted.FirstOrDefault(
            type => type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase));
        return QualityOf(open) > 0 && QualityOf(open) >= QualityOf(plain);

        static double QualityOf(MediaTypeHeaderValue? type) => type is null ? 0 : type.Quality ?? 1;
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var reason = await health.WhyNotReadyAsync(context.RequestAborted).ConfigureAwait(false);
        var status = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(context, status, reason ?? "ready").ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpContext context, int status, string line)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = PlainText;
        var body = Encoding.UTF8.GetBytes(line + "\n");
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
