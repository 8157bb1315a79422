using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Tests.Cluster;

namespace ActorBroker.Core.Tests.Replication;

public class LeaderMachineInSyncTests
{
    private const long LagMaxMs = 30_000;

    [Fact]
    public void A_proposed_addition_counts_at_once()
    {
        var scenario = LeaderScenario.With(replicas: 3, inSync: [1, 2]).Wrote(10).Acknowledged(by: 3, upTo: 4);
        scenario.Propose(1, 2, 3);

        scenario.Acknowledged(by: 2, upTo: 10);

        Assert.Equal(4, scenario.HighWatermark);
    }

    [Fact]
    public void A_proposed_removal_still_counts_until_it_is_recorded()
    {
        var scenario = LeaderScenario.With(replicas: 3).Wrote(10);
        scenario.Acknowledged(by: 2, upTo: 10).Acknowledged(by: 3, upTo: 4);
        scenario.Propose(1, 2);
        Assert.Equal(4, scenario.HighWatermark);

        scenario.Recorded(version: 2, 1, 2);
        Assert.Equal(10, scenario.HighWatermark);
    }

    [Fact]
    public void A_refused_addition_no_longer_holds_anything_up()
    {
        var scenario = LeaderScenario.With(replicas: 3, inSync: [1, 2]).Wrote(10).Acknowledged(by: 3, upTo: 4);
        scenario.Propose(1, 2, 3);
        scenario.Acknowledged(by: 2, upTo: 10);
        Assert.Equal(4, scenario.HighWatermark);

        Assert.True(scenario.Ended(version: 2, 1, 2));
        Assert.Equal(10, scenario.HighWatermark);
    }

    [Fact]
    public void Whatever_becomes_known_meanwhile_a_proposal_counts_until_it_has_ended()
    {
        var scenario = LeaderScenario.With(replicas: 3, inSync: [1, 2]).Wrote(10).Acknowledged(by: 3, upTo: 4);
        scenario.Propose(1, 2, 3);

        scenario.Recorded(version: 1, 1).Acknowledged(by: 2, upTo: 10);
        Assert.Equal(4, scenario.HighWatermark);

        scenario.Recorded(version: 2, 1);
        Assert.Equal(4, scenario.HighWatermark);

        scenario.Ended(version: 2, 1);
        Assert.Equal(10, scenario.HighWatermark);
        Assert.Null(scenario.Machine.Proposed);
    }

    [Fact]
    public void Who_lags_too_long_is_to_leave()
    {
        var scenario = LeaderScenario.With(replicas: 3).Wrote(10).Later(LagMaxMs).Acknowledged(by: 2, upTo: 10);
        Assert.Null(scenario.Wanted(LagMaxMs));

        scenario.Later(1);
        Assert.Equal([1, 2], scenario.Wanted(LagMaxMs)?.InSync);
    }

    [Fact]
    public void A_follower_that_is_always_one_batch_behind_keeps_up()
    {
        var scenario = LeaderScenario.With(replicas: 2);
        for (var round = 0; round < 10; round++)
        {
            var upTo = scenario.Machine.LogEndOffset;
            scenario.Wrote(10).Later(LagMaxMs / 2).Acknowledged(by: 2, upTo);
        }

        Assert.Null(scenario.Wanted(LagMaxMs));
    }

    [Fact]
    public void Who_has_every_committed_record_of_this_leadership_may_return()
    {
        var scenario = LeaderScenario.With(replicas: 3, inSync: [1, 2], logEnd: 5).Wrote(5);
        scenario.Acknowledged(by: 2, upTo: 4);

        scenario.Acknowledged(by: 3, upTo: 4);
        Assert.Null(scenario.Wanted(LagMaxMs));

        scenario.Acknowledged(by: 3, upTo: 5);
        Assert.Equal([1, 2, 3], scenario.Wanted(LagMaxMs)?.InSync);
    }

    [Fact]
    public void Nothing_is_wanted_while_a_proposal_is_under_way()
    {
        var scenario = LeaderScenario.With(replicas: 3).Later(LagMaxMs + 1);
        scenario.Propose(1, 2);
        Assert.Null(scenario.Wanted(LagMaxMs));
    }

    [Fact]
    public void A_proposal_without_the_leader_breaks_an_invariant()
    {
        var scenario = LeaderScenario.With(replicas: 3);
        Assert.Throws<InvariantViolationException>(() => scenario.Propose(2, 3));
    }

    [Fact]
    public void Who_was_the_only_replica_is_recorded_in_its_epoch_once_there_are_others()
    {
        var alone = LeaderScenario.With(replicas: 1);
        alone.Machine.Update(2, WithoutEpochs([1], [1]), alone.NowMs);
        Assert.Null(alone.Wanted(LagMaxMs));

        var scenario = LeaderScenario.With(replicas: 3);
        scenario.Machine.Update(2, WithoutEpochs([1, 2, 3], [1]), scenario.NowMs);
        Assert.Null(scenario.Wanted(LagMaxMs, Views.Of([1, 2, 3], [], reborn: [(1, 11)])));
        Assert.Equal([10], scenario.Wanted(LagMaxMs)!.InSyncEpochs);
    }

    [Fact]
    public void A_follower_that_is_recorded_in_no_epoch_gets_the_one_in_which_it_holds_everything()
    {
        var scenario = LeaderScenario.With(replicas: 2).Wrote(10);
        var recorded = LeaderScenario.State([1, 2], [1, 2]) with { InSyncEpochs = [10, -1] };
        scenario.Machine.Update(2, recorded, scenario.NowMs);
        Assert.Null(scenario.Wanted(LagMaxMs));

        scenario.Acknowledged(by: 2, upTo: 10);
        Assert.Equal([10, 20], scenario.Wanted(LagMaxMs)!.InSyncEpochs);
    }

    private static PartitionState WithoutEpochs(int[] replicas, int[] inSync) =>
        LeaderScenario.State(replicas, inSync) with { InSyncEpochs = [] };
}
