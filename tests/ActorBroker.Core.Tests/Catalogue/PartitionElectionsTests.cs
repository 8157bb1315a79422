using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Tests.Cluster;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Catalogue.States;

namespace ActorBroker.Core.Tests.Catalogue;

public class PartitionElectionsTests
{
    private static readonly ElectionSettings MinTwo = new(MinInsyncReplicas: 2);
    private static readonly ElectionSettings MinOne = new(MinInsyncReplicas: 1);
    private static readonly ElectionSettings Unclean = new(MinInsyncReplicas: 2, UncleanElections: true);

    [Fact]
    public void Where_all_are_well_nothing_changes()
    {
        var state = State(leader: 1, [1, 2, 3]);
        Assert.Same(state, state.Supervise(Views.Live(1, 2, 3), MinTwo));
    }

    [Fact]
    public void A_dead_follower_leaves_and_the_leadership_goes_on()
    {
        var next = State(leader: 1, [1, 2, 3]).Supervise(Views.Of([1, 2], dead: [3]), MinTwo);
        Assert.Equal(State(leader: 1, [1, 2]), next);
    }

    [Fact]
    public void A_dead_leader_is_followed_by_the_first_in_sync_replica_in_the_next_epoch()
    {
        var next = State(leader: 1, [1, 2, 3], replicas: [1, 3, 2]).Supervise(Views.Of([2, 3], dead: [1]), MinTwo);
        Assert.Equal(State(leader: 3, [3, 2], replicas: [1, 3, 2], epoch: 6), next);
    }

    [Fact]
    public void Who_leaves_below_the_minimum_stays_eligible_and_above_it_nobody_does()
    {
        var two = State(leader: 1, [1, 2, 3]).Supervise(Views.Of([1, 2], dead: [3]), MinTwo);
        var one = two.Supervise(Views.Of([1], dead: [2, 3]), MinTwo);
        Assert.Equal(State(leader: 1, [1], eligible: [2]), one);

        Assert.Equal(State(leader: 1, [1]), two.Supervise(Views.Of([1], dead: [2, 3]), MinOne));
    }

    [Fact]
    public void When_all_are_dead_nobody_leads_and_all_that_were_in_sync_are_eligible()
    {
        var none = State(leader: 1, [1], eligible: [2]).Supervise(Views.Of([3], dead: [1, 2]), MinOne);
        Assert.Equal(State(leader: -1, [], eligible: [2, 1], epoch: 6), none);
        Assert.Same(none, none.Supervise(Views.Of([3], dead: [1, 2]), MinOne));
    }

    [Fact]
    public void An_eligible_replica_leads_as_soon_as_it_is_there()
    {
        var none = State(leader: -1, [], eligible: [2, 1]);

        var next = none.Supervise(Views.Of([2, 3], dead: [1]), MinTwo);

        Assert.Equal(State(leader: 2, [2], eligible: [1], epoch: 6), next);
        Assert.Equal(State(leader: 1, [1], epoch: 6), none.Supervise(Views.Live(1, 2, 3), MinOne));
    }

    [Fact]
    public void Who_is_in_another_life_than_recorded_is_neither_in_sync_nor_elected()
    {
        var reborn = Views.Of([2, 3], dead: [1], reborn: [(2, 99)]);
        var next = State(leader: 1, [1, 2, 3]).Supervise(reborn, MinTwo);
        Assert.Equal(State(leader: 3, [3], eligible: [1], epoch: 6), next);

        var none = State(leader: -1, [], eligible: [1, 2]);
        Assert.Equal(State(leader: -1, [], eligible: [1]), none.Supervise(reborn, MinTwo));
    }

    [Fact]
    public void The_last_hope_is_kept_even_in_another_life()
    {
        var state = State(leader: 2, [2]);
        var next = state.Supervise(Views.Of([2], dead: [1, 3], reborn: [(2, 99)]), MinTwo);
        Assert.Equal(State(leader: -1, [2], epoch: 6), next);
    }

    [Fact]
    public void Records_from_before_there_were_epochs_count_in_any()
    {
        var old = State(leader: 1, [1, 2, 3]) with { InSyncEpochs = [] };
        Assert.Same(old, old.Supervise(Views.Of([1, 2, 3], dead: [], reborn: [(2, 99)]), MinTwo));

        var next = old.Supervise(Views.Of([2, 3], dead: [1], reborn: [(2, 99)]), MinTwo);
        Assert.Equal((2, 6), (next.Leader, next.LeaderEpoch));
        Assert.Equal([-1, -1], next.InSyncEpochs);
    }

    [Fact]
    public void Somebody_who_may_lack_records_leads_only_where_that_is_allowed()
    {
        var state = State(leader: 1, [1], eligible: [2]);
        var view = Views.Of([3], dead: [1, 2]);

        Assert.Equal(-1, state.Supervise(view, MinTwo).Leader);
        Assert.Equal(State(leader: 3, [3], epoch: 6), state.Supervise(view, Unclean));
        Assert.Equal(2, state.Supervise(Views.Of([2, 3], dead: [1]), Unclean).Leader);
    }

    [Fact]
    public void A_draining_leader_gives_its_leadership_away_and_leaves()
    {
        var next = State(leader: 1, [1, 2, 3]).Supervise(Views.Of([1, 2, 3], dead: [], draining: [1]), MinTwo);
        Assert.Equal(State(leader: 2, [2, 3], epoch: 6), next);
    }

    [Fact]
    public void A_draining_broker_stays_in_sync_where_too_few_would_be_left()
    {
        var view = Views.Of([1, 2, 3], dead: [], draining: [1]);

        Assert.Equal(State(leader: 2, [1, 2], epoch: 6), State(leader: 1, [1, 2]).Supervise(view, MinTwo));

        var alone = State(leader: 1, [1]);
        Assert.Equal(alone, alone.Supervise(view, MinTwo));
    }

    [Fact]
    public void A_leadership_does_not_wander_between_brokers_that_all_drain()
    {
        var state = State(leader: 2, [1, 2, 3]);
        Assert.Same(state, state.Supervise(Views.Of([1, 2, 3], dead: [], draining: [1, 2, 3]), MinTwo));
    }

    [Fact]
    public void A_draining_broker_leads_rather_than_nobody()
    {
        var next = State(leader: 1, [1, 2]).Supervise(Views.Of([2], dead: [1, 3], draining: [2]), MinTwo);
        Assert.Equal(2, next.Leader);
    }

    [Fact]
    public void The_preferred_replica_leads_again_when_asked()
    {
        var state = State(leader: 2, [2, 1, 3]);

        var change = state.Elect(ElectionKind.Preferred, Views.Live(1, 2, 3), MinTwo);

        Assert.Equal(state with { Leader = 1, LeaderEpoch = 6 }, change.State);
    }

    [Fact]
    public void A_preferred_election_that_is_not_needed_or_not_possible_says_so()
    {
        Assert.Equal(
            ErrorCode.ElectionNotNeeded,
            State(leader: 1, [1, 2]).Elect(ElectionKind.Preferred, Views.Live(1, 2, 3), MinTwo).Error);

        var state = State(leader: 2, [2, 1]);
        foreach (var view in new[]
        {
            Views.Of([2, 3], dead: [1]),
            Views.Of([1, 2, 3], dead: [], draining: [1]),
            Views.Of([1, 2, 3], dead: [], reborn: [(1, 99)]),
        })
        {
            Assert.Equal(
                ErrorCode.PreferredLeaderNotAvailable, state.Elect(ElectionKind.Preferred, view, MinTwo).Error);
        }

        Assert.Equal(
            ErrorCode.PreferredLeaderNotAvailable,
            State(leader: 2, [2, 3]).Elect(ElectionKind.Preferred, Views.Live(1, 2, 3), MinTwo).Error);
    }

    [Fact]
    public void An_unclean_election_is_for_partitions_without_a_leader_only()
    {
        var led = State(leader: 2, [2]);
        Assert.Equal(
            ErrorCode.ElectionNotNeeded, led.Elect(ElectionKind.Unclean, Views.Live(1, 2, 3), MinTwo).Error);

        var elected = led.Elect(ElectionKind.Unclean, Views.Of([3], dead: [1, 2]), MinTwo);
        Assert.Equal(State(leader: 3, [3], epoch: 6), elected.State);

        Assert.Equal(
            ErrorCode.EligibleLeadersNotAvailable,
            led.Elect(ElectionKind.Unclean, Views.Of([], dead: [1, 2, 3]), MinTwo).Error);
    }
}
