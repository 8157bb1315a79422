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
        using var watch = new FolderWatch(folder.Path, poller.Wake, () => Assert.Fail("it was lost"));
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
        var isLost = false;
        using var watch = new FolderWatch(
            folder["absent"], () => Assert.Fail("nothing was there to change"), () => isLost = true);

        Assert.True(isLost);
    }

    [Fact]
    public void A_failure_is_told_once_and_again_after_a_success()
    {
        using var turns = new SemaphoreSlim(0);
        using var done = new SemaphoreSlim(0);
        var (isBroken, failures) = (true, 0);
        using var poller = new Poller("test", TimeSpan.FromMilliseconds(1), Work, _ => failures++);

        Look(broken: true);
        Look(broken: true);
        Look(broken: false);
        Look(broken: true);
        isBroken = false;
        turns.Release(int.MaxValue / 2);
        poller.Dispose();

        Assert.Equal(2, failures);

        void Work()
        {
            turns.Wait(Cancel);
            var fails = isBroken;
            done.Release();
            if (fails)
            {
                throw new IOException("broken");
            }
        }

        void Look(bool broken)
        {
            isBroken = broken;
            turns.Release();
            Assert.True(done.Wait(TimeSpan.FromMinutes(1), Cancel));
        }
    }

    [Fact]
    public void What_fails_is_not_tried_again_before_its_time_however_often_it_is_woken()
    {
        using var failed = new SemaphoreSlim(0);
        var looks = 0;
        using var poller = new Poller(
            "test",
            Never,
            () =>
            {
                looks++;
                throw new IOException("broken");
            },
            _ => failed.Release());

        poller.Wake();
        Assert.True(failed.Wait(TimeSpan.FromMinutes(1), Cancel));
        poller.Wake();
        poller.Dispose();

        Assert.Equal(1, looks);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
