using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Replication;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Replication;

public sealed class FailoverTests
{
    [Fact]
    public async Task A_leader_that_opens_anew_counts_whom_its_proposal_under_way_may_have_added()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        cluster.SetLive(3, false);
        cluster.Supervise();
        await cluster.MustProduceAsync(1, "a");
        using var told = new Latch();
        cluster.Recorded = told.Pass;
        cluster[1].IsDeaf = true;
        cluster.SetLive(3, true);
        await cluster.UntilAsync(() => told.IsReached);
        await ReopenAsync(cluster, 1);
        cluster.Network.Cut(1, 3);

        var produce = cluster.ProduceAsync(1, -1, "c").AsTask();
        await cluster.UntilAsync(() => cluster.Replica(2).LogEndOffset == cluster.Replica(1).LogEndOffset);

        Assert.Equal([1, 2], cluster.Replica(1).Actor.State.InSync);
        Assert.False(produce.IsCompleted);
        told.Open();
        cluster.Network.Heal(1, 3);
        await cluster.UntilAsync(() => produce.IsCompleted);
        Assert.Equal(ErrorCode.None, (await produce).Error);
        Assert.Equal(3, cluster.State.InSync.Length);
    }

    [Fact]
    public async Task A_leader_knows_what_its_proposal_came_to_before_the_catalogue_tells_it()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        cluster.SetLive(3, false);
        cluster.Supervise();
        await cluster.MustProduceAsync(1, "a");
        await cluster.UntilAsync(() => cluster.Replica(1).Actor.State.InSync.Length == 2);
        cluster[1].IsDeaf = true;

        cluster.SetLive(3, true);
        await cluster.UntilAsync(() => cluster.Replica(1).Actor.State.InSync.Length == 3);

        Assert.Equal(cluster.State.InSync, cluster.Replica(1).Actor.State.InSync);
    }

    [Fact]
    public async Task A_replica_that_lost_records_does_not_lead_however_soon_it_is_elected()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3);
        await cluster.MustProduceAsync(1, "a");
        await cluster.MustProduceAsync(1, "b");
        await cluster.SettledAsync();
        using var latch = new Latch();
        cluster[2].Manager.Replication.Propose(new Blocker(cluster.Replica(2).Actor, latch));
        cluster[2].Disk.Corrupt("/data/events-0/00000000000000000000.log", 65);
        cluster[2].Disk.FailWrite();
        Assert.Equal(ErrorCode.None, (await cluster.AnswerAsync(cluster.ProduceAsync(1, 1, "c"))).Error);
        await cluster.UntilAsync(() => cluster.Replica(2).LogEndOffset == 0 && cluster.Replica(3).LogEndOffset == 3);

        await cluster.KillAsync(1);
        cluster.Supervise();
        Assert.Equal((2, 1), (cluster.State.Leader, cluster.State.LeaderEpoch));
        Assert.False(cluster.Replica(2).Actor.ShouldLead);
        latch.Open();
        await cluster.UntilAsync(() => cluster.State.Leader == 3 && cluster.State.InSync.Length == 2);
        await cluster.SettledAsync();

        Assert.Equal(["a", "b", "c"], cluster.Replica(3).ReadAll());
        Assert.Equal(["a", "b", "c"], cluster.Replica(2).ReadAll(orFollower: true));
    }

    [Fact]
    public async Task What_a_deposed_leader_waits_for_is_refused_and_keeps_nobody_waiting()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("flush.messages", "1"));
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        var follower = cluster[3].Manager;
        Task<ReplicaAppendResult> old, next;
        lock (cluster.Replica(3).Actor.Replica!.Flushing)
        {
            old = follower.AppendAsync(Append(cluster, 0, 1, Stored(cluster, 1, 0, "x"))).AsTask();
            next = follower.AppendAsync(Append(cluster, 1, 1, default)).AsTask();
        }

        await cluster.UntilAsync(() => old.IsCompleted && next.IsCompleted);

        Assert.Equal((ReplicaAppendStatus.Fenced, 1), ((await old).Status, (await old).Epoch));
        Assert.Equal((ReplicaAppendStatus.Appended, 1L), ((await next).Status, (await next).EndOffset));
    }

    [Fact]
    public async Task A_follower_that_is_cut_below_a_gap_answers_on()
    {
        await using var cluster = await ReplicaCluster.StartAsync(3, ("cleanup.policy", "compact"));
        await cluster.MustProduceAsync(1, "a");
        await cluster.SettledAsync();
        var follower = cluster[3].Manager;
        byte[] withGap = [.. Stored(cluster, 1, 0, "b"), .. Stored(cluster, 5, 0, "c"), .. Stored(cluster, 6, 0, "d")];
        var gap = follower.AppendAsync(Append(cluster, 0, 1, withGap)).AsTask();
        await cluster.UntilAsync(() => gap.IsCompleted);
        Assert.Equal((ReplicaAppendStatus.Appended, 7L), ((await gap).Status, (await gap).EndOffset));
        Assert.Equal(6, cluster.Replica(3).Actor.Replica!.GapEnd);

        var cut = follower.AppendAsync(Append(cluster, 1, 1, default)).AsTask();
        await cluster.UntilAsync(() => cut.IsCompleted);

        Assert.Equal((ReplicaAppendStatus.Appended, 1L), ((await cut).Status, (await cut).EndOffset));
        Assert.Equal(1, cluster.Replica(3).Actor.Replica!.GapEnd);
    }

    [Fact]
    public async Task Who_is_elected_for_an_earlier_life_does_not_lead_and_has_that_corrected()
    {
        await using var cluster = await ReplicaCluster.StartAsync(2);
        await cluster.MustProduceAsync(1, "a");
        var epochs = cluster.State.InSyncEpochs;
        var stale = cluster.State with
        {
            Leader = 2,
            LeaderEpoch = 1,
            InSyncEpochs = [epochs[0], epochs[1] - 50],
        };

        Assert.True(cluster.Catalogue.TryWriteTopic(cluster.Document.With(0, stale)));
        await cluster.UntilAsync(() => cluster.State.Leader == 1 && cluster.State.InSyncEpochs.SequenceEqual(epochs));

        Assert.Equal(2, cluster.State.LeaderEpoch);
        await cluster.MustProduceAsync(1, "b");
    }

    [Fact]
    public async Task Who_is_elected_for_an_earlier_life_goes_on_in_another_leadership_where_there_is_nobody_else()
    {
        await using var cluster = await ReplicaCluster.StartAsync(2);
        await cluster.MustProduceAsync(1, "a");
        var epoch = cluster.State.InSyncEpochs[1];
        var stale = cluster.State with { Leader = 2, LeaderEpoch = 1, InSync = [2], InSyncEpochs = [epoch - 50] };

        Assert.True(cluster.Catalogue.TryWriteTopic(cluster.Document.With(0, stale)));
        await cluster.UntilAsync(() => cluster.Replica(2).IsLeader);

        Assert.Equal((2, 2), (cluster.State.Leader, cluster.State.LeaderEpoch));
        Assert.Equal(epoch, cluster.State.InSyncEpochOf(2));
    }

    /// <summary>The next write fails, so that the log is dropped and opened anew.</summary>
    private static async Task ReopenAsync(ReplicaCluster cluster, int brokerId)
    {
        var before = cluster.Replica(brokerId).Actor.Replica;
        cluster[brokerId].Disk.FailWrite();
        var failed = await cluster.AnswerAsync(cluster.ProduceAsync(brokerId, 1, "x"));
        Assert.Equal(ErrorCode.KafkaStorageError, failed.Error);
        await cluster.UntilAsync(() => cluster.Replica(brokerId).Actor.Replica is { } now && now != before);
        while ((await cluster.ProduceAsync(brokerId, 1, "b")).Error != ErrorCode.None)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            cluster.Time.Advance(TimeSpan.FromMilliseconds(10));
        }
    }

    private static ReplicaAppend Append(ReplicaCluster cluster, int epoch, long from, ReadOnlyMemory<byte> records) =>
        new()
        {
            TopicId = cluster.Document.Id,
            Partition = 0,
            LeaderId = epoch == 0 ? 1 : 2,
            LeaderEpoch = epoch,
            LeaderEpochStartOffset = epoch == 0 ? 0 : from,
            PreviousEpoch = 0,
            PreviousOffset = from,
            HighWatermark = 1,
            LogStartOffset = 0,
            Records = records,
        };

    private static byte[] Stored(ReplicaCluster cluster, long offset, int epoch, string value)
    {
        var stored = Batches.Of(RecordBatchOptions.Default, cluster.Time.NowMs, value);
        RecordBatch.SetBaseOffset(stored, offset);
        RecordBatch.SetLeaderEpoch(stored, epoch);
        return stored;
    }

    /// <summary>Keeps a broker's proposals from the catalogue for a while.</summary>
    private sealed record Blocker(PartitionActor Actor, Latch Latch) : InSyncProposal(Actor)
    {
        public override PartitionState? NextOf(PartitionState recorded, ClusterView? view)
        {
            Latch.Pass();
            return null;
        }
    }

    /// <summary>Whoever passes waits until it is open.</summary>
    private sealed class Latch : IDisposable
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isReached;

        public bool IsReached => _isReached;

        public void Pass()
        {
            _isReached = true;
            _opened.Task.GetAwaiter().GetResult();
        }

        public void Open() => _opened.TrySetResult();

        public void Dispose() => Open();
    }
}
