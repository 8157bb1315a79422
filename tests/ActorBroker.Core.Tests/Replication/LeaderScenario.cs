using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Core.Tests.Cluster;
using static ActorBroker.Core.Tests.ProducerBatches;

namespace ActorBroker.Core.Tests.Replication;

/// <summary>Says in one line what happened to a leader. It is broker 1; the followers are 2, 3 and so on.</summary>
internal sealed class LeaderScenario
{
    public const int Epoch = 5;

    private LeaderScenario(LeaderStart start) => Machine = new LeaderMachine(start);

    public LeaderMachine Machine { get; }

    public long HighWatermark => Machine.HighWatermark;

    public long NowMs { get; private set; }

    public static LeaderScenario With(
        int replicas = 1,
        int[]? inSync = null,
        int minInsync = 1,
        bool commitNeedsFlush = false,
        long logEnd = 0,
        ProducerTable? producers = null) => new(new LeaderStart
        {
            BrokerId = 1,
            BrokerEpoch = 10,
            LogEndOffset = logEnd,
            HighWatermark = 0,
            State = State([.. Enumerable.Range(1, replicas)], inSync ?? [.. Enumerable.Range(1, replicas)]),
            CatalogueVersion = 1,
            MinInsyncReplicas = minInsync,
            Producers = producers ?? new ProducerTable(),
            CommitNeedsFlush = commitNeedsFlush,
        });

    /// <summary>Broker 1 leads; each is in sync in its first life, of ten times its id.</summary>
    public static PartitionState State(int[] replicas, int[] inSync, int[]? eligible = null) =>
        new([.. replicas], [.. inSync], Leader: 1, Epoch, [.. eligible ?? []])
        {
            InSyncEpochs = [.. inSync.Select(id => id * 10L)],
            EligibleLeaderEpochs = [.. (eligible ?? []).Select(id => id * 10L)],
        };

    public LeaderScenario Accepted(int records)
    {
        Assert.Equal(AppendKind.Accepted, Machine.Accept(Plain(records), acks: 1, NowMs).Kind);
        return this;
    }

    public LeaderScenario Wrote(int records)
    {
        Accepted(records);
        Machine.Written(Machine.NextOffset);
        return this;
    }

    public LeaderScenario Acknowledged(int by, long upTo, long? life = null)
    {
        Answered(by, upTo, life);
        return this;
    }

    public bool Answered(int by, long upTo, long? life = null, int leaderEpoch = Epoch) =>
        Answer(Machine, by, upTo, life ?? by * 10, NowMs, leaderEpoch);

    /// <summary>An answer that says up to where a follower has everything.</summary>
    public static bool Answer(
        LeaderMachine leader, int by, long upTo, long life, long nowMs, int leaderEpoch = Epoch) => leader.Answered(
        new AppendPlan(leaderEpoch, by, leader.RoundOf(by), upTo, PreviousEpoch: -1, StartsAnew: false, MaxBytes: 0),
        bytes: 0,
        new ReplicaAppendResult { Status = ReplicaAppendStatus.Appended, EndOffset = upTo, BrokerEpoch = life },
        MemoryLog.Empty,
        nowMs);

    public LeaderScenario Later(long ms)
    {
        NowMs += ms;
        return this;
    }

    public LeaderScenario Recorded(long version, params int[] inSync)
    {
        Machine.Update(version, State([1, 2, 3], inSync), NowMs);
        return this;
    }

    public bool Ended(long version, params int[] inSync) =>
        Machine.ProposalEnded(version, State([.. Machine.State.Replicas], inSync), NowMs);

    public void Propose(params int[] inSync) =>
        Machine.Propose(State([.. Machine.State.Replicas], inSync));

    /// <summary>Who should be in sync, where all brokers live; null: as it is.</summary>
    public PartitionState? Wanted(long lagMaxMs, ClusterView? view = null) =>
        Machine.WantedInSync(NowMs, lagMaxMs, view ?? Views.Live(1, 2, 3));
}
