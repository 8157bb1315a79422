using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Tests.Cluster;

/// <summary>What a broker that starts says about the replicas that it finds on its disk.</summary>
public sealed class BrokerLifeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task An_old_copy_of_a_data_folder_is_not_taken_for_what_its_broker_held_last()
    {
        await using var cluster = await TestCluster.StartedAsync(2);
        await cluster.CreateTopicAsync(1, [[1, 2]], ("min.insync.replicas", "2"));
        await cluster.MustProduceAsync("before");
        await cluster.StopAsync(2);
        var copy = cluster.CopyOf(2);
        await cluster.StartAsync(2);
        await cluster.AllKnowAsync(state => state.InSync.Length == 2 && state.Leader >= 0);
        await cluster.MustProduceAsync("after");

        // Nothing is committed without it, so as the catalogue has it, it may lead.
        await cluster.CrashAsync(2);
        await cluster.AllKnowAsync(state => state.EligibleLeaders.Contains(2));
        await cluster.CrashAsync(1);
        cluster.Exchange(2, copy);
        await cluster.StartAsync(2);
        await cluster.StartAsync(1);

        await cluster.AllKnowAsync(state => state.InSync.Length == 2 && state.Leader >= 0);
        await cluster.HoldsAsync(1, "before", "after");
        await cluster.HoldsAsync(2, "before", "after");
    }

    [Fact]
    public async Task A_replica_that_stopped_cleanly_may_lead_when_it_starts()
    {
        await using var cluster = await TestCluster.StartedAsync(2);
        await cluster.CreateTopicAsync(1, [[1, 2]], ("min.insync.replicas", "2"));
        await cluster.MustProduceAsync("one");
        await cluster.StopAsync(2);
        await cluster.AllKnowAsync(state => state.EligibleLeaders.Contains(2) || state.InSync.Contains(2));
        await cluster.CrashAsync(1);

        await cluster.StartAsync(2);

        await cluster.AllKnowAsync(state => state.Leader == 2);
        await cluster.StartAsync(1);
        await cluster.AllKnowAsync(state => state.InSync.Length == 2);
        Assert.Equal(2, cluster.State.Leader);
        await cluster.HoldsAsync(1, "one");
        await cluster.HoldsAsync(2, "one");
    }

    [Fact]
    public async Task A_stop_with_a_loss_that_the_catalogue_does_not_know_of_is_not_a_clean_one()
    {
        await using var cluster = await TestCluster.StartedAsync(3, ("controlled.shutdown.enable", "false"));
        await cluster.CreateTopicAsync(at: 1, [[3, 1, 2]]);
        await cluster.MustProduceAsync("a", "b");
        await cluster.AllKnowAsync(state => state.Leader == 3 && state.InSync.Length == 3);
        cluster.FailsToWrite = static (_, key) => key.Kind == "topics";
        cluster.DiskOf(3).Corrupt($"/data/{TestCluster.Topic}-0/00000000000000000000.log", 65);
        cluster.DiskOf(3).FailWrite();
        var lost = cluster.Replica(3).ProduceAsync(
            Batches.Produce(-1, NowMs, RecordBatchOptions.Default, "c"));
        Assert.NotEqual(ErrorCode.None, (await lost).Error);
        await Until.TrueAsync(() => cluster.Replica(3).LogEndOffset == 0);

        await cluster.StopAsync(3);
        cluster.FailsToWrite = static (broker, key) => broker != 3 && key.Kind == "topics";
        await cluster.StartAsync(3);
        cluster.FailsToWrite = static (_, _) => false;
        await cluster.AllKnowAsync(state => state.Leader is 1 or 2 && state.InSync.Length == 3);

        await cluster.HoldsAsync(3, "a", "b");
        await cluster.MustProduceAsync("d");
        await cluster.HoldsAsync(1, "a", "b", "d");
        await cluster.HoldsAsync(3, "a", "b", "d");
    }

    [Fact]
    public async Task A_broker_that_was_unregistered_while_it_stood_still_stops_by_itself()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(1, [[3]]);
        cluster.Pause(3);
        await cluster[1].WaitForAsync(image => !image.Brokers.ContainsKey(3), Cancel);
        Assert.Equal(ErrorCode.None, (await cluster[1].ClusterAdmin.UnregisterAsync(3, Cancel)).Error);
        Assert.False(cluster[3].Displaced.IsCompleted);

        cluster.Resume(3);

        var reason = await cluster[3].Displaced.WaitAsync(Cancel);
        Assert.Contains("taken out of the cluster", reason, StringComparison.Ordinal);
        await Until.TrueAsync(() =>
            !cluster[3].TryGetPartition(TestCluster.Topic, 0, out var alone) || !alone.IsLeader);
        await cluster[3].StopAsync(Cancel);
        Assert.False(cluster[1].Displaced.IsCompleted);
    }

    [Fact]
    public async Task A_start_that_fails_over_its_second_folder_leaves_the_first_one_clean()
    {
        await using var cluster = await TestCluster.StartedAsync(1);
        await cluster.StopAsync(1);
        cluster.DiskOf(1).CreateDirectory("/other");
        using (cluster.DiskOf(1).TryLock("/other/.lock"))
        {
            await Assert.ThrowsAsync<DirectoryLockedException>(
                () => cluster.StartAsync(1, ("log.dirs", "/data,/other")));
        }

        using var directory = LogDirectory.Open("/data", cluster.DiskOf(1), null, 1);
        Assert.True(directory.WasCleanShutdown);
    }
}
