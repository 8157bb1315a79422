using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
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
            LeaderEpoch = Epoch,
            LogEndOffset = logEnd,
            HighWatermark = 0,
            Replicas = [.. Enumerable.Range(1, replicas)],
            InSync = inSync is null ? [.. Enumerable.Range(1, replicas)] : [.. inSync],
            CatalogueVersion = 1,
            MinInsyncReplicas = minInsync,
            Producers = producers ?? new ProducerTable(),
            CommitNeedsFlush = commitNeedsFlush,
        });

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

    public LeaderScenario Acknowledged(int by, long upTo)
    {
        Machine.FollowerAcknowledged(by, Epoch, upTo, NowMs);
        return this;
    }

    public LeaderScenario Later(long ms)
    {
        NowMs += ms;
        return this;
    }

    public LeaderScenario Recorded(long version, params int[] inSync)
    {
        Machine.UpdateInSync(version, [1, 2, 3], [.. inSync], NowMs);
        return this;
    }
}
