namespace ActorBroker.Gateway.Tests.Support;

/// <summary>Awaits what has no event of its own, with a limit that only a hang reaches.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task HoldsAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "The condition did not come to hold.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
