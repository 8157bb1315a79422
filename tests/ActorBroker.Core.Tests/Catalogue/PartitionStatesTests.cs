using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Tests.Cluster;
using static ActorBroker.Core.Tests.Catalogue.States;

namespace ActorBroker.Core.Tests.Catalogue;

public class PartitionStatesTests
{
    /// <summary>Broker 1 has registered its second life, and has not joined yet.</summary>
    private static readonly ClusterView Starting = Views.Of([2, 3], dead: [1], reborn: [(1, 99)]);

    [Fact]
    public void Live_replicas_of_a_new_partition_are_in_sync_and_dead_ones_are_not()
    {
        var state = PartitionStates.Create([1, 2, 3], Views.Of([2, 3], dead: [1]));
        Assert.Equal(State(leader: 2, [2, 3], epoch: 0), state);
    }

    [Fact]
    public void A_draining_broker_does_not_lead_a_new_partition()
    {
        var state = PartitionStates.Create([1, 2, 3], Views.Of([1, 2, 3], dead: [], draining: [1]));
        Assert.Equal(State(leader: 2, [1, 2, 3], epoch: 0), state);
    }

    [Fact]
    public void A_new_partition_needs_a_live_replica() => Assert.Throws<InvariantViolationException>(
        () => PartitionStates.Create([1, 2], Views.Of([3], dead: [1, 2])));

    [Fact]
    public void After_a_clean_stop_a_replica_is_what_it_was_in_the_new_epoch()
    {
        var next = State(leader: 1, [1, 2]).Adopt(1, cleanEpoch: 10, Starting, minInsyncReplicas: 2);
        Assert.Equal(State(leader: 1, [1, 2]) with { InSyncEpochs = [99, 20] }, next);

        next = State(leader: 2, [2], eligible: [3, 1]).Adopt(1, cleanEpoch: 10, Starting, minInsyncReplicas: 2);
        Assert.Equal(State(leader: 2, [2], eligible: [3, 1]) with { EligibleLeaderEpochs = [30, 99] }, next);
    }

    [Fact]
    public void A_clean_stop_says_nothing_about_what_an_earlier_life_left_behind()
    {
        // The life of epoch 10 crashed; the one of epoch 50 ended cleanly before it had looked at this document.
        var next = State(leader: 2, [2, 1]).Adopt(1, cleanEpoch: 50, Starting, minInsyncReplicas: 1);
        Assert.Equal(State(leader: 2, [2]), next);
    }

    [Fact]
    public void What_is_recorded_of_an_earlier_life_does_not_count_in_this_one_and_is_corrected()
    {
        var stale = State(leader: 1, [1, 2]);
        Assert.True(stale.IsInSyncIn(1, 10));
        Assert.False(stale.IsInSyncIn(1, 99));
        Assert.Equal(State(leader: 2, [2], epoch: 6), stale.AdoptLate(1, 99, Starting, minInsyncReplicas: 1));
        Assert.Null(stale.AdoptLate(1, 50, Starting, minInsyncReplicas: 1));
        Assert.Null(stale.AdoptLate(2, 20, Starting, minInsyncReplicas: 1));
        Assert.True((stale with { InSyncEpochs = [] }).IsInSyncIn(1, 99));
    }

    [Fact]
    public void After_an_unclean_stop_a_replica_is_neither_in_sync_nor_eligible()
    {
        var follower = State(leader: 2, [2, 1]).Adopt(1, cleanEpoch: null, Starting, minInsyncReplicas: 2);
        Assert.Equal(State(leader: 2, [2]), follower);

        var eligible = State(leader: 2, [2], eligible: [1]).Adopt(1, null, Starting, minInsyncReplicas: 2);
        Assert.Equal(State(leader: 2, [2]), eligible);

        var leader = State(leader: 1, [1, 2]).Adopt(1, null, Starting, minInsyncReplicas: 2);
        Assert.Equal(State(leader: 2, [2], epoch: 6), leader);

        var leaderOfTheDead = State(leader: 1, [1, 2])
            .Adopt(1, null, Views.Of([3], dead: [1, 2], reborn: [(1, 99)]), minInsyncReplicas: 2);
        Assert.Equal(State(leader: -1, [2], epoch: 6), leaderOfTheDead);
    }

    [Fact]
    public void Where_nobody_else_can_know_more_an_unclean_replica_stays_in_a_new_leadership()
    {
        var leader = State(leader: 1, [1]).Adopt(1, cleanEpoch: null, Starting, minInsyncReplicas: 2);
        Assert.Equal(State(leader: 1, [1], epoch: 6) with { InSyncEpochs = [99] }, leader);

        var eligible = State(leader: -1, [], eligible: [1]).Adopt(1, null, Starting, minInsyncReplicas: 2);
        Assert.Equal(State(leader: -1, [], eligible: [1]) with { EligibleLeaderEpochs = [99] }, eligible);
    }

    [Fact]
    public void One_that_is_about_to_stand_up_for_what_it_holds_is_waited_for()
    {
        // Broker 2 starts, too, perhaps after a clean stop: it is registered anew, and has not looked here yet.
        var both = Views.Of([3], dead: [1, 2], reborn: [(1, 99), (2, 98)]);

        var first = State(leader: 1, [1, 2]).Adopt(1, cleanEpoch: null, both, minInsyncReplicas: 2);
        Assert.Equal(State(leader: -1, [2], epoch: 6), first);

        var second = first.Adopt(2, cleanEpoch: 20, both, minInsyncReplicas: 2);
        Assert.Equal([98], second.InSyncEpochs);
    }

    [Fact]
    public void One_that_lives_in_another_life_than_recorded_is_not_waited_for()
    {
        var view = Views.Of([2, 3], dead: [1], reborn: [(1, 99), (2, 98)]);
        var next = State(leader: 1, [1, 2]).Adopt(1, cleanEpoch: null, view, minInsyncReplicas: 2);
        Assert.Equal([99, 20], next.InSyncEpochs);
        Assert.Equal((1, 6), (next.Leader, next.LeaderEpoch));
    }

    [Fact]
    public void What_was_never_recorded_or_is_recorded_already_is_left_alone()
    {
        var stranger = State(leader: 2, [2, 3]);
        Assert.Same(stranger, stranger.Adopt(1, cleanEpoch: 10, Starting, minInsyncReplicas: 2));

        var adopted = State(leader: 1, [1, 2]).Adopt(1, cleanEpoch: 10, Starting, minInsyncReplicas: 2);
        Assert.Same(adopted, adopted.Adopt(1, cleanEpoch: null, Starting, minInsyncReplicas: 2));
    }

    [Fact]
    public void Documents_from_before_there_were_epochs_get_them_from_adoption()
    {
        var old = State(leader: 1, [1]) with { InSyncEpochs = [] };

        Assert.Equal([99], old.Adopt(1, cleanEpoch: 10, Starting, minInsyncReplicas: 1).InSyncEpochs);

        var unclean = old.Adopt(1, cleanEpoch: null, Starting, minInsyncReplicas: 1);
        Assert.Equal((1, 6), (unclean.Leader, unclean.LeaderEpoch));
        Assert.Equal([99], unclean.InSyncEpochs);
    }

    [Fact]
    public void Restarts_of_an_only_replica_leave_no_trace_but_a_new_leadership_where_it_may_have_lost_records()
    {
        var only = State(leader: 1, [1], replicas: [1]);

        Assert.Same(only, only.Adopt(1, cleanEpoch: 10, Starting, minInsyncReplicas: 1));
        Assert.Equal(
            State(leader: 1, [1], replicas: [1], epoch: 6), only.Adopt(1, cleanEpoch: null, Starting, 1));
    }

    [Fact]
    public void Records_lost_within_a_life_put_a_replica_out_and_end_its_leadership()
    {
        var view = Views.Live(1, 2, 3);

        Assert.Equal(State(leader: 2, [2], epoch: 6), State(leader: 1, [1, 2]).LoseRecords(1, view, 1));
        Assert.Equal(State(leader: 1, [1]), State(leader: 1, [1, 2]).LoseRecords(2, view, 2));
        Assert.Equal(State(leader: 1, [1], epoch: 6), State(leader: 1, [1]).LoseRecords(1, view, 1));

        var last = State(leader: -1, [], eligible: [1]);
        Assert.Same(last, last.LoseRecords(1, view, 1));
    }

    [Fact]
    public void A_broker_that_is_gone_for_good_is_relied_on_no_more_unless_nobody_else_can_be()
    {
        var view = Views.Live(2, 3);

        Assert.Equal(State(leader: 2, [2]), State(leader: 2, [2], eligible: [1]).Unregister(1, view, 2));
        Assert.Equal(State(leader: 2, [2], epoch: 6), State(leader: 1, [1, 2]).Unregister(1, view, 2));

        var last = State(leader: -1, [], eligible: [1]);
        Assert.Same(last, last.Unregister(1, view, 2));
    }

    [Fact]
    public void The_minimum_is_never_more_than_there_are_replicas_and_never_less_than_one()
    {
        var three = State(leader: 1, [1, 2, 3]);
        Assert.Equal((1, 2, 3), (
            three.EffectiveMinInSync(0), three.EffectiveMinInSync(2), three.EffectiveMinInSync(5)));

        var growing = State(leader: 1, [1], adding: [2, 3]);
        Assert.Equal(1, growing.EffectiveMinInSync(2));
    }

    [Fact]
    public void States_are_equal_item_by_item()
    {
        Assert.Equal(State(leader: 1, [1, 2], eligible: [3]), State(leader: 1, [1, 2], eligible: [3]));
        Assert.Equal(
            State(leader: 1, [1, 2]).GetHashCode(), State(leader: 1, [1, 2]).GetHashCode());
        Assert.NotEqual(State(leader: 1, [1, 2]), State(leader: 1, [1, 3]));
        Assert.NotEqual(State(leader: 1, [1, 2]), State(leader: 1, [1, 2]) with { InSyncEpochs = [10, 21] });
    }
}
