using ActorBroker.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OrderFanOut.Services;

/// <summary>The page, and what it calls.</summary>
public static class OrderPage
{
    private const int OrdersShown = 24;

    /// <summary>Adds the page at <c>/</c> to the host of the order service.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", () => Results.Stream(
            typeof(OrderPage).Assembly.GetManifestResourceStream("page.html")!, "text/html; charset=utf-8"));
        app.MapGet("/api/board", (HttpContext http) =>
            Results.Json(View(http.RequestServices), FanOutJson.Default.BoardView));
        app.MapPost("/api/orders", async (OrderDesk desk, int? count, CancellationToken cancel) =>
        {
            await desk.PlaceSomeAsync(Math.Clamp(count ?? 1, 1, 1000), cancel);
            return Results.NoContent();
        });
        app.MapPost("/api/traffic", (Traffic traffic, int perSecond) =>
        {
            traffic.PerSecond = perSecond;
            return Results.NoContent();
        });
        app.MapPost("/api/pace", async (HttpContext http, string service, Pace pace, CancellationToken cancel) =>
        {
            if (!ServiceNames.Readers.Contains(service))
            {
                return Results.BadRequest();
            }

            await http.RequestServices.GetRequiredService<FanOutTopics>().ReadyAsync(cancel);
            var paces = http.RequestServices.GetRequiredService<ITopicProducer<string, string>>();
            await paces.ProduceAsync(service, pace.ToString(), cancel);
            return Results.NoContent();
        });
    }

    private static BoardView View(IServiceProvider services)
    {
        var board = services.GetRequiredService<Board>();
        var lags = services.GetRequiredService<Lags>();
        var paces = services.GetRequiredService<Paces>();
        var (placed, done) = board.Count();
        var groups = ServiceNames.Readers.Append(ServiceNames.Orders).Select(name => new GroupView(
            name,
            Lags.TopicOf(name),
            lags.Of(name)?.Lag,
            lags.Of(name)?.Members ?? 0,
            name == ServiceNames.Orders ? done : board.HandledBy(name),
            paces.Of(name).ToString()));
        return new BoardView(
            placed, done, services.GetRequiredService<Traffic>().PerSecond, [.. groups], board.Newest(OrdersShown));
    }
}
