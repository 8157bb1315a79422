using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;
using ActorBroker.Core.Tests.Cluster;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Catalogue.States;

namespace ActorBroker.Core.Tests.Catalogue;

public class PartitionReassignmentsTests
{
    private static readonly ElectionSettings MinTwo = new(MinInsyncReplicas: 2);
    private static readonly ClusterView Five = Views.Live(1, 2, 3, 4, 5);

    [Fact]
    public void A_move_begins_with_the_new_replicas_beside_the_old_ones()
    {
        var next = Moved(State(leader: 1, [1, 2, 3]), 4, 2, 5);
        Assert.Equal(
            State(leader: 1, [2, 1, 3], replicas: [4, 2, 5, 1, 3], adding: [4, 5], removing: [1, 3]), next);
        Assert.Same(next, next.Supervise(Five, MinTwo));
    }

    [Fact]
    public void It_ends_when_all_that_are_added_are_in_sync_and_the_leader_moves_if_it_goes()
    {
        var moving = Moved(State(leader: 1, [1, 2, 3]), 4, 2, 5);

        var almost = moving with { InSync = [1, 2, 3, 4], InSyncEpochs = [10, 20, 30, 40] };
        Assert.True(almost.Supervise(Five, MinTwo).IsReassigning);

        var there = moving with { InSync = [1, 2, 3, 4, 5], InSyncEpochs = [10, 20, 30, 40, 50] };
        Assert.Equal(
            State(leader: 4, [4, 2, 5], replicas: [4, 2, 5], epoch: 6), there.Supervise(Five, MinTwo));
    }

    [Fact]
    public void A_leader_that_stays_begins_a_new_leadership_without_those_who_go()
    {
        var moving = Moved(State(leader: 1, [1, 2, 3]), 1, 2, 4) with
        {
            InSync = [1, 2, 3, 4],
            InSyncEpochs = [10, 20, 30, 40],
        };

        Assert.Equal(
            State(leader: 1, [1, 2, 4], replicas: [1, 2, 4], epoch: 6), moving.Supervise(Five, MinTwo));
    }

    [Fact]
    public void A_replica_that_is_in_sync_in_another_life_has_not_arrived()
    {
        var moving = Moved(State(leader: 1, [1, 2, 3]), 1, 2, 4) with
        {
            InSync = [1, 2, 3, 4],
            InSyncEpochs = [10, 20, 30, 40],
        };

        var next = moving.Supervise(Views.Of([1, 2, 3, 4, 5], dead: [], reborn: [(4, 99)]), MinTwo);

        Assert.True(next.IsReassigning);
        Assert.Equal([1, 2, 3], next.InSync.Order());
    }

    [Fact]
    public void A_mere_change_of_order_is_done_at_once() => Assert.Equal(
        State(leader: 1, [3, 1, 2], replicas: [3, 1, 2]) with { InSyncEpochs = [30, 10, 20] },
        Moved(State(leader: 1, [1, 2, 3]), 3, 1, 2));

    [Fact]
    public void Replicas_are_dropped_at_once_where_enough_stay()
    {
        Assert.Equal(
            State(leader: 2, [2, 3], replicas: [2, 3], epoch: 6), Moved(State(leader: 1, [1, 2, 3]), 2, 3));
        Assert.Equal(State(leader: 1, [1], replicas: [1], epoch: 6), Moved(State(leader: 1, [1, 2, 3]), 1));
    }

    [Fact]
    public void Replicas_are_kept_as_long_as_too_few_would_stay()
    {
        var waiting = Moved(State(leader: 1, [1, 3]), 1, 2);
        Assert.Equal(State(leader: 1, [1, 3], removing: [3]), waiting);

        var back = waiting with { InSync = [1, 2, 3], InSyncEpochs = [10, 20, 30] };
        Assert.Equal(State(leader: 1, [1, 2], replicas: [1, 2], epoch: 6), back.Supervise(Five, MinTwo));
    }

    [Fact]
    public void A_cancelled_move_leaves_the_old_replicas()
    {
        var moving = Moved(State(leader: 1, [1, 2, 3]), 1, 4, 5) with
        {
            InSync = [1, 4, 2],
            InSyncEpochs = [10, 40, 20],
        };

        var cancelled = moving.CancelReassignment(Five, 2).State;

        Assert.Equal(State(leader: 1, [1, 2], replicas: [1, 2, 3], epoch: 6), cancelled);
    }

    [Fact]
    public void A_cancelled_move_takes_the_leadership_back_from_a_broker_that_was_added()
    {
        var moving = State(leader: 4, [4, 2], replicas: [4, 2, 1], adding: [4], removing: [1]);
        Assert.Equal(
            State(leader: 2, [2], eligible: [], replicas: [2, 1], epoch: 6), moving.CancelReassignment(Five, 1).State);
    }

    [Fact]
    public void Nothing_can_be_cancelled_where_nothing_moves() => Assert.Equal(
        ErrorCode.NoReassignmentInProgress, State(leader: 1, [1]).CancelReassignment(Five, 2).Error);

    [Fact]
    public void A_move_that_would_leave_nobody_in_sync_is_refused()
    {
        var moving = State(leader: 4, [4], replicas: [4, 1, 2], adding: [4], removing: [1]);
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, moving.CancelReassignment(Five, 2).Error);

        var leaderless = State(leader: -1, [], eligible: [4], replicas: [4, 1, 2], adding: [4], removing: [1]);
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, leaderless.CancelReassignment(Five, 2).Error);
    }

    [Fact]
    public void A_move_is_not_cancelled_while_what_is_committed_would_stand_on_too_few()
    {
        var moving = State(leader: 1, [1, 4], replicas: [4, 2, 1], adding: [4], removing: [1]);
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, moving.CancelReassignment(Five, 2).Error);
        Assert.Equal(State(leader: 1, [1], replicas: [2, 1], epoch: 6), moving.CancelReassignment(Five, 1).State);
    }

    [Fact]
    public void A_second_move_gives_way_to_what_it_replaces_from_the_original_replicas_on()
    {
        var moving = Moved(State(leader: 1, [1, 2, 3]), 1, 2, 4) with
        {
            InSync = [1, 2, 4, 3],
            InSyncEpochs = [10, 20, 40, 30],
        };

        var again = Moved(moving, 1, 2, 5);

        Assert.Equal(State(leader: 1, [1, 2, 3], replicas: [1, 2, 5, 3], adding: [5], removing: [3], epoch: 6), again);
    }

    [Fact]
    public void A_move_to_nowhere_twice_or_to_a_stranger_is_refused()
    {
        var state = State(leader: 1, [1, 2, 3]);
        Assert.All<int[]>([[], [1, 1], [1, 9]], target => Assert.Equal(
            ErrorCode.InvalidReplicaAssignment, state.Reassign([.. target], Five, 2).Error));
    }

    private static PartitionState Moved(PartitionState state, params int[] target) =>
        state.Reassign([.. target], Five, 2).State!;
}
