using ActorBroker.Broker.Cluster.Local;
using ActorBroker.TestSupport;

namespace ActorBroker.Broker.Tests.Cluster.Local;

/// <summary>What others write is heard of at once, not only at the next look.</summary>
public sealed class PollerTests
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [Fact]
    public async Task A_file_that_goes_wakes_the_poller_as_often_as_it_happens()
    {
        using var folder = new TemporaryFolder();
        using var looks = new SemaphoreSlim(0);
        using var poller = new Poller("test", Never, () => looks.Release(), _ => { });
        using var watch = new FolderWatch(folder.Path, poller.Wake);
        Assert.True(watch.IsOn);
        for (var time = 0; time < 3; time++)
        {
            await File.WriteAllTextAsync(folder["entry"], "news", Cancel);
            File.Delete(folder["entry"]);

            Assert.True(await looks.WaitAsync(TimeSpan.FromMinutes(1), Cancel));
        }
    }

    [Fact]
    public void Where_nothing_can_be_watched_there_is_no_hint_and_no_harm()
    {
        using var folder = new TemporaryFolder();
        using var watch = new FolderWatch(folder["absent"], () => Assert.Fail("nothing was there to change"));

        Assert.False(watch.IsOn);
    }

    [Fact]
    public void A_failure_is_told_once_and_again_after_a_success()
    {
        using var done = new SemaphoreSlim(0);
        var (isBroken, failures) = (true, 0);
        using var poller = new Poller(
            "test",
            Never,
            () =>
            {
                var fails = isBroken;
                done.Release();
                if (fails)
                {
                    throw new IOException("broken");
                }
            },
            _ => failures++);

        Look(broken: true);
        Look(broken: true);
        Look(broken: false);
        Look(broken: true);
        poller.Dispose();

        Assert.Equal(2, failures);

        void Look(bool broken)
        {
            isBroken = broken;
            poller.Wake();
            Assert.True(done.Wait(TimeSpan.FromMinutes(1), Cancel));
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
