namespace ActorBroker.Broker.Tests.Support;

/// <summary>Awaits a condition that other threads bring about; the limit only ends a test that would hang.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static async Task TrueAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
            Thread.Sleep(0);
        }
    }
}
