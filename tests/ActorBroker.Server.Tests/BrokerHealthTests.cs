using ActorBroker.Server.Telemetry;

namespace ActorBroker.Server.Tests;

/// <summary>When a broker says that it is ready.</summary>
public sealed class BrokerHealthTests
{
    [Fact]
    public async Task A_broker_that_starts_or_stops_is_not_ready_and_says_why()
    {
        var health = new BrokerHealth();
        Assert.Equal("The broker is starting: it opens its logs.", await health.WhyNotReadyAsync(Cancel));

        health.Stopping();
        Assert.Equal("The broker is stopping.", await health.WhyNotReadyAsync(Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
