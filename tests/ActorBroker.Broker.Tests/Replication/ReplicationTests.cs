using System.Collections.Immutable;
using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Replication;

public sealed class ReplicationTests
{
    [Fact]
    public async Task What_a_leader_acknowledges_is_on_every_replica()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);

        await cluster.MustProduceAsync(1, "a", "b");
        await cluster.MustProduceAsync(1, "c");
        await cluster.SettledAsync();

        Assert.Equal(["a", "b", "c"], cluster.Replica(1).ReadAll());
        Assert.Equal(["a", "b", "c"], cluster.Replica(2).ReadAll(orFollower: true));
        Assert.Equal(["a", "b", "c"], cluster.Replica(3).ReadAll(orFollower: true));
        Assert.True(cluster.Replica(1).IsLeader);
        Assert.False(cluster.Replica(2).IsLeader);
    }

    [Fact]
    public async Task What_was_just_written_goes_to_followers_without_being_read_again()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        await cluster.MustProduceAsync(1, "first");
        await cluster.SettledAsync();
        var reads = cluster[1].Disk.Reads;

        string[] values = [.. Enumerable.Range(0, 20).Select(number => $"v{number}")];
        var produces = values.Select(value => cluster.ProduceAsync(1, -1, value, value).AsTask()).ToArray();
        await cluster.UntilAsync(() => Array.TrueForAll(produces, static each => each.IsCompleted));
        await cluster.SettledAsync();

        Assert.Equal(reads, cluster[1].Disk.Reads);
        Assert.All(produces, each => Assert.Equal(ErrorCode.None, each.Result.Error));
        Assert.Equal(
            ["first", .. values.SelectMany(value => new[] { value, value })],
            cluster.Replica(3).ReadAll(orFollower: true));
        Assert.Equal(cluster.Replica(3).ReadAll(orFollower: true), cluster.Replica(1).ReadAll());
        Assert.True(cluster[1].Disk.Reads > reads);
    }

    [Fact]
    public async Task A_follower_refuses_what_only_a_leader_can_answer()
    {
        await using var cluster = await ReplicaCluster.StartAsync(2);
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        var follower = cluster.Replica(2);

        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await cluster.ProduceAsync(2, 1, "x")).Error);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, Fetch(follower, 0).Error);
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, Fetch(follower, 0, epoch: 1).Error);
        Assert.Equal(
            ErrorCode.NotLeaderOrFollower,
            follower.FindOffset(-1, IsolationLevel.ReadUncommitted, -1, debugOrReplica: false).Error);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, follower.OffsetForLeaderEpoch(-1, 0).Error);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await follower.DeleteRecordsAsync(1)).Error);
        Assert.Equal(ErrorCode.OffsetOutOfRange, Fetch(follower, 2, allowFollower: true).Error);
    }

    [Fact]
    public async Task A_follower_does_not_show_what_it_does_not_know_to_be_committed()
    {
        await using var cluster = await ReplicaCluster.StartAsync(2);
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        cluster.Network.Cut(2, 1);

        Assert.Equal(ErrorCode.None, (await cluster.ProduceAsync(1, 1, "b")).Error);
        await Until.TrueAsync(() => cluster.Replica(2).LogEndOffset == 2);

        Assert.Equal(1, cluster.Replica(2).HighWatermark);
        Assert.Equal(["a"], cluster.Replica(2).ReadAll(orFollower: true));
        Assert.Equal(ErrorCode.OffsetNotAvailable, Fetch(cluster.Replica(2), 2, allowFollower: true).Error);
        cluster.Network.Heal(2, 1);
        await cluster.SettledAsync();
        Assert.Equal(["a", "b"], cluster.Replica(2).ReadAll(orFollower: true));
    }

    [Fact]
    public async Task Another_replica_leads_on_when_the_leader_dies_and_nothing_acknowledged_is_lost()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("min.insync.replicas", "2"));
        await cluster.MustProduceAsync(1, "a");
        await cluster.KillAsync(1);

        cluster.Supervise();
        await cluster.UntilAsync(() => cluster.Replica(2).IsLeader);
        await cluster.MustProduceAsync(2, "b");
        await cluster.SettledAsync();

        Assert.Equal(["a", "b"], cluster.Replica(2).ReadAll());
        Assert.Equal(["a", "b"], cluster.Replica(3).ReadAll(orFollower: true));
        Assert.Equal(1, cluster.State.LeaderEpoch);
        Assert.Equal(
            ErrorCode.FencedLeaderEpoch, Fetch(cluster.Replica(2), 0, epoch: 0).Error);
    }

    [Fact]
    public async Task A_deposed_leader_drops_what_nobody_else_has_and_takes_what_came_instead()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        cluster[1].IsDeaf = true;
        cluster.Network.Cut(1, 2);
        cluster.Network.Cut(1, 3);
        var zombie = cluster.ProduceAsync(1, -1, "lost", "too");
        Assert.Equal(ErrorCode.None, (await cluster.ProduceAsync(1, 1, "more")).Error);
        cluster.SetLive(1, false);
        cluster.Supervise();

        await cluster.MustProduceAsync(2, "b");
        Assert.True(cluster.Replica(1).IsLeader);
        cluster.Network.Heal(1, 2);
        cluster.Network.Heal(1, 3);
        cluster.SetLive(1, true);

        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await cluster.AnswerAsync(zombie)).Error);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();
        Assert.Equal(["a", "b"], cluster.Replica(1).ReadAll(orFollower: true));
        Assert.False(cluster.Replica(1).IsLeader);
    }

    [Fact]
    public async Task A_leader_that_nobody_follows_commits_nothing_however_often_it_tries()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        cluster[1].IsDeaf = true;
        cluster.Network.Cut(1, 2);
        cluster.Network.Cut(1, 3);
        cluster.SetLive(1, false);
        cluster.Supervise();
        var produce = cluster.Replica(1).ProduceAsync(
            Batches.Produce(-1, cluster.Time.NowMs, RecordBatchOptions.Default, "x") with { TimeoutMs = 60_000 });

        var answer = await cluster.AnswerAsync(produce);

        // What it wants to record of its in-sync set tells it in the end that another one leads.
        Assert.Equal(ErrorCode.NotLeaderOrFollower, answer.Error);
        Assert.Equal(0, cluster.Replica(1).HighWatermark);
        Assert.DoesNotContain(1, cluster.State.InSync);
    }

    [Fact]
    public async Task A_follower_that_lags_leaves_the_in_sync_set_and_returns_when_it_has_caught_up()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        cluster.Network.Cut(1, 3);

        await cluster.MustProduceAsync(1, "a");
        Assert.Equal([1, 2], cluster.State.InSync);
        cluster.Network.Heal(1, 3);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();

        Assert.Equal(["a"], cluster.Replica(3).ReadAll(orFollower: true));
        Assert.Equal(1, cluster[1].Manager.Replication.Shrinks);
        Assert.Equal(1, cluster[1].Manager.Replication.Expands);
    }

    [Fact]
    public async Task Too_few_in_sync_replicas_refuse_before_the_append_and_after_it()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("min.insync.replicas", "3"));
        cluster.Network.Cut(1, 3);

        var after = await cluster.AnswerAsync(cluster.ProduceAsync(1, -1, "a"));
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 2);
        var before = await cluster.AnswerAsync(cluster.ProduceAsync(1, -1, "b"));

        Assert.Equal(ErrorCode.NotEnoughReplicasAfterAppend, after.Error);
        Assert.Equal(ErrorCode.NotEnoughReplicas, before.Error);
        Assert.Equal(1, cluster.Replica(1).LogEndOffset);
        Assert.Equal([3], cluster.State.EligibleLeaders);
    }

    [Fact]
    public async Task A_follower_with_a_full_disk_catches_up_when_there_is_room()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        cluster[3].Disk.FreeBytes = 0;

        await cluster.MustProduceAsync(1, "a");
        Assert.Equal([1, 2], cluster.State.InSync);
        cluster[3].Disk.FreeBytes = null;
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();

        Assert.Equal(["a"], cluster.Replica(3).ReadAll(orFollower: true));
    }

    [Fact]
    public async Task A_follower_that_lost_its_tail_does_not_count_before_it_has_it_again()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        var disk = cluster[3].Disk;
        await cluster.KillAsync(3, losesPower: true);
        await cluster.RestartAsync(3, disk);

        Assert.Equal(0, cluster.Replica(3).LogEndOffset);
        Assert.DoesNotContain(3, cluster.State.InSync);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();

        Assert.Equal(["a"], cluster.Replica(3).ReadAll(orFollower: true));
    }

    [Fact]
    public async Task An_idempotent_batch_that_is_repeated_to_the_next_leader_is_stored_once()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("min.insync.replicas", "2"));
        var options = RecordBatchOptions.Default with { ProducerId = 7, ProducerEpoch = 0, BaseSequence = 0 };
        var first = await cluster.AnswerAsync(cluster.Replica(1).ProduceAsync(
            Batches.Produce(-1, cluster.Time.NowMs, options, "a", "b")));
        await cluster.KillAsync(1);
        cluster.Supervise();
        await cluster.UntilAsync(() => cluster.Replica(2).IsLeader);

        var again = await cluster.AnswerAsync(cluster.Replica(2).ProduceAsync(
            Batches.Produce(-1, cluster.Time.NowMs, options, "a", "b")));
        var next = await cluster.AnswerAsync(cluster.Replica(2).ProduceAsync(
            Batches.Produce(-1, cluster.Time.NowMs, options with { BaseSequence = 2 }, "c")));

        Assert.Equal((ErrorCode.None, first.BaseOffset), (again.Error, again.BaseOffset));
        Assert.Equal((ErrorCode.None, 2L), (next.Error, next.BaseOffset));
        Assert.Equal(["a", "b", "c"], cluster.Replica(2).ReadAll());
    }

    [Fact]
    public async Task Followers_begin_where_their_leader_begins()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        for (var number = 0; number < 5; number++)
        {
            await cluster.MustProduceAsync(1, $"v{number}");
        }

        await cluster.SettledAsync();
        Assert.Equal(3, (await cluster.Replica(1).DeleteRecordsAsync(3)).LowWatermark);
        await cluster.UntilAsync(
            () => cluster.Replica(2).LogStartOffset == 3 && cluster.Replica(3).LogStartOffset == 3);

        Assert.Equal(["v3", "v4"], cluster.Replica(3).ReadAll(3, orFollower: true));
    }

    [Fact]
    public async Task What_was_said_to_be_deleted_stays_so_when_the_leader_dies()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        await cluster.MustProduceAsync(1, "a");
        await cluster.MustProduceAsync(1, "b");

        var deleted = await DeleteAsync(cluster, 1);
        var known = (cluster.Replica(2).LogStartOffset, cluster.Replica(3).LogStartOffset);
        await cluster.KillAsync(1);
        cluster.Supervise();
        await cluster.UntilAsync(() => cluster.Replica(2).IsLeader);

        Assert.Equal((ErrorCode.None, 1), (deleted.Error, deleted.LowWatermark));
        Assert.Equal((1, 1), known);
        Assert.Equal(1, cluster.Replica(2).LogStartOffset);
    }

    [Fact]
    public async Task Deleting_waits_for_in_sync_followers_but_for_nobody_else_and_not_for_ever()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        await cluster.MustProduceAsync(1, "a");
        await cluster.MustProduceAsync(1, "b");
        await cluster.SettledAsync();
        cluster.Network.Cut(1, 3);

        var late = await DeleteAsync(cluster, 1, timeoutMs: 1000);
        Assert.Equal([1, 2, 3], cluster.State.InSync);
        var pending = DeleteAsync(cluster, 2, timeoutMs: 600_000);
        await cluster.MustProduceAsync(1, "c");
        var deleted = await pending;

        Assert.Equal((ErrorCode.RequestTimedOut, -1), (late.Error, late.LowWatermark));
        Assert.Equal((ErrorCode.None, 2), (deleted.Error, deleted.LowWatermark));
        Assert.Equal([1, 2], cluster.State.InSync);
        Assert.Equal(0, cluster.Replica(3).LogStartOffset);
    }

    [Fact]
    public async Task Deleting_that_a_deposed_leader_has_not_answered_is_refused()
    {
        await using var cluster = await ReplicaCluster.StartAsync(2);
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        cluster.Network.Cut(1, 2);

        var pending = DeleteAsync(cluster, 1, timeoutMs: 600_000);
        await cluster.UntilAsync(() => cluster.Replica(1).LogStartOffset == 1);
        cluster.SetLive(1, false);
        cluster.Supervise();

        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await pending).Error);
    }

    [Fact]
    public async Task With_flushing_asked_for_a_follower_answers_what_is_on_its_disk()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("flush.messages", "1"));
        await cluster.MustProduceAsync(1, "a");
        await cluster.MustProduceAsync(1, "b");
        var disk = cluster[3].Disk;

        await cluster.KillAsync(3, losesPower: true);
        await cluster.RestartAsync(3, disk);

        Assert.Equal(2, cluster.Replica(3).LogEndOffset);
    }

    [Fact]
    public async Task A_follower_takes_appends_of_a_later_leadership_before_the_catalogue_tells_it()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        cluster[3].IsDeaf = true;
        await cluster.KillAsync(1);
        cluster.Supervise();

        await cluster.MustProduceAsync(2, "b");
        await cluster.UntilAsync(() => cluster.Replica(3).LogEndOffset == 1);

        Assert.Equal(1, cluster.Replica(3).LeaderEpoch);
    }

    [Fact]
    public async Task A_thousand_idle_partitions_send_nothing()
    {
        await using var cluster = await ReplicaCluster.StartAsync(2);
        await cluster.CreateTopicAsync("many", [.. Enumerable.Repeat<ImmutableArray<int>>([1, 2], 1000)]);
        var leaders = Enumerable.Range(0, 1000).Select(index => cluster.Replica(1, "many", index).Actor).ToList();
        foreach (var leader in leaders)
        {
            var isKnown = false;
            while (!isKnown)
            {
                cluster.Time.Advance(TimeSpan.FromMilliseconds(50));
                isKnown = await leader.AskAsync(static actor => actor.Replica!.Leader!.HeldBy(2) == 0);
            }
        }

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        var sent = cluster[1].Manager.Replication.AppendsSent;
        Assert.True(sent >= 1000);
        cluster.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(sent, cluster[1].Manager.Replication.AppendsSent);
    }

    /// <summary>Time passes while the deletion waits.</summary>
    private static async Task<DeleteRecordsResult> DeleteAsync(
        ReplicaCluster cluster, long beforeOffset, int timeoutMs = 30_000)
    {
        var answer = cluster.Replica(1).DeleteRecordsAsync(beforeOffset, timeoutMs).AsTask();
        await cluster.UntilAsync(() => answer.IsCompleted);
        return await answer;
    }

    private static FetchResult Fetch(Partition partition, long offset, int epoch = -1, bool allowFollower = false) =>
        partition.Fetch(new FetchQuery(
            offset, 1 << 20, true, IsolationLevel.ReadUncommitted, epoch, AllowFollower: allowFollower));
}
