using ActorBroker.Client;
using Microsoft.Extensions.Hosting;

namespace OrderFanOut.Services;

/// <summary>Customers that order by themselves, as many in a second as the page wishes.</summary>
public sealed class Traffic(OrderDesk desk) : BackgroundService
{
    private const int TicksPerSecond = 10;

    private int _perSecond;

    public int PerSecond
    {
        get => Volatile.Read(ref _perSecond);
        set => Volatile.Write(ref _perSecond, Math.Clamp(value, 0, 1000));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TicksPerSecond));
        var due = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            due += PerSecond;
            var count = due / TicksPerSecond;
            due -= count * TicksPerSecond;
            try
            {
                await desk.PlaceSomeAsync(count, stoppingToken);
            }
            catch (KafkaException failure) when (failure.IsRetriable)
            {
                // These customers went away; the page still counts their orders as placed and not done.
            }
        }
    }
}
