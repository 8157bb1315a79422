using System.Diagnostics;

namespace ActorBroker.Broker.Tests.Support;

/// <summary>Awaits a condition that other threads bring about; the limit only ends a test that would hang.</summary>
internal static class Until
{
    private const int Pace = 20;
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

    /// <summary>
    /// Lets time pass meanwhile, a millisecond at a time, and only so fast that a broker whose threads the machine
    /// keeps waiting does not miss its time limits.
    /// </summary>
    public static Task TrueAsync(Func<bool> condition, ManualTime time)
    {
        var running = Stopwatch.StartNew();
        var passed = TimeSpan.Zero;
        return TrueAsync(() =>
        {
            if (condition())
            {
                return true;
            }

            if (passed <= running.Elapsed * Pace)
            {
                passed += TimeSpan.FromMilliseconds(1);
                time.Advance(TimeSpan.FromMilliseconds(1));
            }

            return false;
        });
    }
}
