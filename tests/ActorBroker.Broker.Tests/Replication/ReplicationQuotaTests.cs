using ActorBroker.Broker.Replication;
using ActorBroker.Broker.Tests.Support;

namespace ActorBroker.Broker.Tests.Replication;

public sealed class ReplicationQuotaTests
{
    private const int Large = 900_000;
    private const int Batches = 12;

    [Fact]
    public void A_second_s_worth_passes_at_once_and_a_debt_is_paid_by_waiting()
    {
        var quota = new ReplicationQuota { Rate = 1000 };

        quota.Take(999, nowMs: 0);
        Assert.Equal(0, quota.RestMs(0));
        quota.Take(1001, 0);
        Assert.Equal(1001, quota.RestMs(0));
        Assert.Equal(501, quota.RestMs(500));
        Assert.Equal(0, quota.RestMs(1001));
    }

    [Fact]
    public void What_is_not_used_is_not_saved_for_later()
    {
        var quota = new ReplicationQuota { Rate = 1000 };
        quota.Take(1, nowMs: 0);

        Assert.Equal(0, quota.RestMs(3_600_000));
        quota.Take(2000, 3_600_000);

        Assert.Equal(1001, quota.RestMs(3_600_000));
    }

    [Fact]
    public void A_new_rate_forgives_and_no_rate_lets_everything_pass()
    {
        var quota = new ReplicationQuota { Rate = 0 };
        Assert.Equal(ReplicationQuota.RestMsMax, quota.RestMs(1_000_000));

        quota.Rate = 10;
        quota.Take(1_000, 1_000_000);
        Assert.Equal(99_001, quota.RestMs(1_000_000));

        quota.Rate = long.MaxValue;
        quota.Take(int.MaxValue, 1_000_000);
        Assert.Equal(0, quota.RestMs(1_000_000));
    }

    [Theory]
    [InlineData("leader.replication.throttled.replicas", "0:1")]
    [InlineData("leader.replication.throttled.replicas", "*")]
    [InlineData("follower.replication.throttled.replicas", "0:2")]
    public async Task A_follower_that_lags_is_sent_no_more_than_the_rate(string list, string replicas)
    {
        await using var cluster = await ReplicaCluster.StartAsync(2, (list, replicas));

        var took = await CatchUpAsync(cluster, rate: Large);

        // Two go at once, as the first leaves next to no debt, and a window's worth is on the way before the follower
        // has asked for a rest. Each of the others waits until a second has paid for the one before it.
        Assert.True(took >= TimeSpan.FromSeconds(2), $"{took}");
    }

    [Theory]
    [InlineData("leader.replication.throttled.replicas", "0:2,1:1")]
    [InlineData("follower.replication.throttled.replicas", "0:1")]
    public async Task A_follower_that_no_list_names_catches_up_whatever_the_rate(string list, string replicas)
    {
        await using var cluster = await ReplicaCluster.StartAsync(2, (list, replicas));

        // At this rate one that is held to it would never get there.
        await CatchUpAsync(cluster, rate: 0);
    }

    [Fact]
    public async Task A_follower_in_sync_never_waits_for_the_rate()
    {
        await using var cluster = await ReplicaCluster.StartAsync(
            2, ("leader.replication.throttled.replicas", "*"), ("follower.replication.throttled.replicas", "*"));
        cluster[1].Manager.Replication.LeaderQuota.Rate = 0;
        cluster[2].Manager.Replication.FollowerQuota.Rate = 0;

        await cluster.MustProduceAsync(1, "a");
        await cluster.MustProduceAsync(1, "b");
        await cluster.SettledAsync();

        Assert.Equal(["a", "b"], cluster.Replica(2).ReadAll(orFollower: true));
    }

    /// <summary>A follower that missed all comes back; how long until it is in sync, by the cluster's clock.</summary>
    private static async Task<TimeSpan> CatchUpAsync(ReplicaCluster cluster, long rate)
    {
        var disk = cluster[2].Disk;
        await cluster.KillAsync(2);
        cluster.Supervise();
        for (var batch = 0; batch < Batches; batch++)
        {
            await cluster.MustProduceAsync(1, new string('x', Large));
        }

        cluster[1].Manager.Replication.LeaderQuota.Rate = rate;
        var began = cluster.Time.GetUtcNow();
        cluster.Network.Cut(1, 2);
        await cluster.RestartAsync(2, disk);
        cluster[2].Manager.Replication.FollowerQuota.Rate = rate;
        cluster.Network.Heal(1, 2);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 2);
        Assert.Equal(Batches, cluster.Replica(2).LogEndOffset);
        return cluster.Time.GetUtcNow() - began;
    }
}
