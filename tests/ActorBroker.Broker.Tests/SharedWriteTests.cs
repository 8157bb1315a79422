using ActorBroker.Broker.Actors;
using ActorBroker.Broker.Background;

namespace ActorBroker.Broker.Tests;

public sealed class SharedWriteTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_asks_while_a_write_is_under_way_is_served_by_the_next_together_with_all_others()
    {
        using var threads = new WorkerThreads("test", 2);
        using var first = new SemaphoreSlim(0);
        using var begun = new SemaphoreSlim(0);
        var writes = 0;
        var shared = new SharedWrite(threads, () =>
        {
            if (Interlocked.Increment(ref writes) == 1)
            {
                begun.Release();
                first.Wait(Cancel);
            }
        });

        var early = AskAsync(shared);
        await begun.WaitAsync(Cancel);
        var late = Enumerable.Range(0, 100).Select(_ => AskAsync(shared)).ToArray();
        Assert.DoesNotContain(late, each => each.IsCompleted);
        first.Release();

        Assert.All(await Task.WhenAll([early, .. late]), Assert.Null);
        Assert.Equal(2, writes);
    }

    [Fact]
    public async Task A_write_that_fails_is_the_failure_of_those_whom_it_was_for()
    {
        using var threads = new WorkerThreads("test", 1);
        var failure = new IOException("no");
        Exception? next = failure;
        var shared = new SharedWrite(threads, () =>
        {
            if (Interlocked.Exchange(ref next, null) is { } thrown)
            {
                throw thrown;
            }
        });

        Assert.Same(failure, await AskAsync(shared));
        Assert.Null(await AskAsync(shared));
    }

    private static Task<Exception?> AskAsync(SharedWrite shared)
    {
        var done = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        shared.Ask(done.SetResult);
        return done.Task;
    }
}
