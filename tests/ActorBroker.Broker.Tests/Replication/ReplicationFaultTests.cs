using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Tests.Replication;

public sealed class ReplicationFaultTests
{
    [Fact]
    public async Task A_leader_whose_disk_lost_what_nobody_counted_on_goes_on_in_a_new_leadership()
    {
        await using var cluster = await ReplicaCluster.StartAsync(
            3, ("flush.messages", "1"), ("min.insync.replicas", "2"));
        await cluster.MustProduceAsync(1, "a");
        cluster[1].Disk.FailSync();

        var refused = await cluster.AnswerAsync(cluster.ProduceAsync(1, -1, "b"));
        await cluster.UntilAsync(() => cluster.State.LeaderEpoch == 1);
        await cluster.UntilAsync(() => cluster.Replica(1).Actor.ShouldLead);
        await cluster.UntilAsync(() => cluster.Replica(2).LogEndOffset == 1);
        await cluster.SettledAsync();

        Assert.Equal(ErrorCode.KafkaStorageError, refused.Error);
        Assert.Equal((1, 3), (cluster.State.Leader, cluster.State.InSync.Length));
        Assert.Equal(["a"], cluster.Replica(1).ReadAll());
        Assert.Equal(["a"], cluster.Replica(2).ReadAll(orFollower: true));
    }

    [Fact]
    public async Task A_follower_catches_up_with_a_compacted_log_and_keeps_its_gaps_through_a_crash()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("cleanup.policy", "compact"));
        cluster.SetLive(3, false);
        cluster.Supervise();
        await cluster.MustProduceAsync(1, "a");
        await cluster.MustProduceAsync(1, "b");
        await cluster.MustProduceAsync(1, "c");
        await CompactAsync(cluster, "d");

        cluster.SetLive(3, true);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();
        var expected = cluster.Replica(1).ReadAll();
        Assert.Equal(["c", "d"], expected);
        Assert.Equal(expected, cluster.Replica(3).ReadAll(orFollower: true));
        var disk = cluster[3].Disk;
        await cluster.KillAsync(3);
        await cluster.RestartAsync(3, disk);

        Assert.Equal(4, cluster.Replica(3).LogEndOffset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task What_was_cut_is_trusted_no_more_before_anything_is_written_there_again(int failures)
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        cluster[1].IsDeaf = true;
        cluster.Network.Cut(1, 2);
        cluster.Network.Cut(1, 3);
        Assert.Equal(ErrorCode.None, (await cluster.ProduceAsync(1, 1, "lost", "too")).Error);
        Assert.True(await cluster.Replica(1).Actor.FlushAsync());
        cluster[1].Manager.Checkpoints.WriteRecoveryPoints();
        var (replica, written) = (cluster.Replica(1).Actor, cluster[1].Manager.Directories[0]);
        Assert.Equal(3, written.RecoveryPoints[replica.Name]);
        var opened = replica.Incarnation;
        var ends = new List<long>();
        cluster[1].Disk.NameChanged = path =>
        {
            if (path.EndsWith("recovery-point-offset-checkpoint", StringComparison.Ordinal))
            {
                ends.Add(cluster.Replica(1).LogEndOffset);
                if (ends.Count <= failures)
                {
                    throw new IOException("The checkpoint can't be written.");
                }
            }
        };

        cluster.SetLive(1, false);
        cluster.Supervise();
        await cluster.MustProduceAsync(2, "b");
        cluster.Network.Heal(1, 2);
        cluster.Network.Heal(1, 3);
        cluster.SetLive(1, true);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();
        cluster[1].Disk.NameChanged = null;

        // Each try finds the log as it was cut, and none opens it anew.
        Assert.Equal(Enumerable.Repeat(1L, failures + 1), ends);
        Assert.Equal(opened, replica.Incarnation);
        Assert.Equal(1, written.RecoveryPoints[replica.Name]);
        Assert.Equal(["a", "b"], cluster.Replica(1).ReadAll(orFollower: true));
    }

    [Fact]
    public async Task What_a_cut_took_away_that_could_not_be_synced_does_not_come_back_when_power_is_lost()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        cluster[1].IsDeaf = true;
        cluster.Network.Cut(1, 2);
        cluster.Network.Cut(1, 3);
        Assert.Equal(ErrorCode.None, (await cluster.ProduceAsync(1, 1, "lost", "too")).Error);
        Assert.True(await cluster.Replica(1).Actor.FlushAsync());
        cluster[1].Manager.Checkpoints.WriteRecoveryPoints();
        var (name, written) = (cluster.Replica(1).Actor.Name, cluster[1].Manager.Directories[0]);
        Assert.Equal(3, written.RecoveryPoints[name]);
        cluster.SetLive(1, false);
        cluster.Supervise();
        await cluster.MustProduceAsync(2, "b");
        var (disk, opened) = (cluster[1].Disk, cluster.Replica(1).Actor.Incarnation);

        disk.FailSync();
        cluster.Network.Heal(1, 2);
        cluster.Network.Heal(1, 3);
        cluster.SetLive(1, true);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();
        Assert.True(cluster.Replica(1).Actor.Incarnation > opened);
        Assert.Equal(1, written.RecoveryPoints[name]);
        Assert.Equal(["a", "b"], cluster.Replica(1).ReadAll(orFollower: true));
        cluster.Network.Cut(1, 2);
        cluster.Network.Cut(2, 1);
        await cluster.KillAsync(1);
        disk.Crash();
        await cluster.RestartAsync(1, disk);
        await cluster.UntilAsync(() => cluster.Replica(1).Actor.Replica is not null);

        // What was never synced may be gone; "lost" and "too" are.
        Assert.InRange(cluster.Replica(1).LogEndOffset, 1, 2);
    }

    [Fact]
    public async Task A_follower_far_behind_takes_large_batches_in_order()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("max.message.bytes", "4000000"));
        cluster.SetLive(3, false);
        cluster.Supervise();
        var values = Enumerable.Range(0, 12).Select(number => new string((char)('a' + number), 900_000)).ToArray();
        foreach (var value in values)
        {
            await cluster.MustProduceAsync(1, value);
        }

        await cluster.MustProduceAsync(1, new string('z', 3_000_000));
        cluster.SetLive(3, true);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();

        var read = cluster.Replica(3).ReadAll(orFollower: true);
        Assert.Equal(values, read[..^1]);
        Assert.Equal(3_000_000, read[^1].Length);
        Assert.Equal(0, cluster[1].Manager.Replication.InFlightBytes);
    }

    [Fact]
    public async Task A_paused_follower_holds_nobody_up_for_longer_than_it_may_lag()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("min.insync.replicas", "2"));
        cluster.Network.Pause(3);

        await cluster.MustProduceAsync(1, "a");
        Assert.Equal([1, 2], cluster.State.InSync);
        await cluster.MustProduceAsync(1, "b");
        cluster.Network.Resume(3);
        await cluster.UntilAsync(() => cluster.State.InSync.Length == 3);
        await cluster.SettledAsync();

        Assert.Equal(["a", "b"], cluster.Replica(3).ReadAll(orFollower: true));
    }

    [Fact]
    public async Task With_flushing_asked_for_records_of_a_new_leadership_outlive_the_power_of_every_broker()
    {
        await using var cluster = await ReplicaCluster.StartAsync(
            3, ("flush.messages", "1"), ("min.insync.replicas", "2"));
        await cluster.MustProduceAsync(1, "a");
        await cluster.KillAsync(1, losesPower: true);
        cluster.Supervise();
        await cluster.MustProduceAsync(2, "b");
        var disks = (Second: cluster[2].Disk, Third: cluster[3].Disk);

        await cluster.KillAsync(2, losesPower: true);
        await cluster.KillAsync(3, losesPower: true);
        await cluster.RestartAsync(2, disks.Second);
        await cluster.RestartAsync(3, disks.Third);

        Assert.Equal((2, 2), (cluster.Replica(2).LogEndOffset, cluster.Replica(3).LogEndOffset));
    }

    [Fact]
    public async Task Damaged_records_are_not_taken()
    {
        await using var cluster = await ReplicaCluster.StartAsync(2);
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        var stored = Batches.Of(RecordBatchOptions.Default, cluster.Time.NowMs, "x");
        RecordBatch.SetBaseOffset(stored, 1);
        RecordBatch.SetLeaderEpoch(stored, 0);
        stored[^1] ^= 1;

        var answer = await cluster[2].Manager.AppendAsync(new Core.Replication.ReplicaAppend
        {
            TopicId = cluster.Document.Id,
            Partition = 0,
            LeaderId = 1,
            LeaderEpoch = 0,
            LeaderEpochStartOffset = 0,
            PreviousEpoch = 0,
            PreviousOffset = 1,
            HighWatermark = 1,
            LogStartOffset = 0,
            Records = stored,
        });

        Assert.Equal(Core.Replication.ReplicaAppendStatus.Unready, answer.Status);
        Assert.Equal(1, cluster.Replica(2).LogEndOffset);
    }

    [Fact]
    public async Task An_append_for_a_partition_that_is_not_here_is_answered_as_unready()
    {
        await using var cluster = await ReplicaCluster.StartAsync(2);

        var answer = await cluster[2].Manager.AppendAsync(new Core.Replication.ReplicaAppend
        {
            TopicId = Guid.NewGuid(),
            Partition = 0,
            LeaderId = 1,
            LeaderEpoch = 0,
            LeaderEpochStartOffset = 0,
            PreviousEpoch = -1,
            PreviousOffset = 0,
            HighWatermark = 0,
            LogStartOffset = 0,
        });

        Assert.Equal(Core.Replication.ReplicaAppendStatus.Unready, answer.Status);
        Assert.Equal(cluster[2].Manager.Replication.BrokerEpoch, answer.BrokerEpoch);
    }

    /// <summary>One record more begins a new segment, and what lies before is compacted, on the leader alone.</summary>
    private static async Task CompactAsync(ReplicaCluster cluster, string value)
    {
        var leader = cluster.Replica(1);
        await leader.Actor.AskAsync(static actor =>
        {
            actor.Replica!.Log.Roll();
            return true;
        });
        await cluster.MustProduceAsync(1, value);
        Assert.True(await leader.Actor.FlushAsync());
        cluster[1].Manager.Checkpoints.WriteRecoveryPoints();
        using var buffers = new CleaningBuffers(1 << 20) { ProducerIdExpirationMs = 1000 };
        var replica = leader.Actor.Replica!;
        lock (replica.Maintenance)
        {
            Assert.NotNull(replica.Log.Clean(buffers, 3, CancellationToken.None));
        }
    }
}
