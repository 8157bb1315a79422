using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using static ActorBroker.Core.Tests.ProducerBatches;
using static ActorBroker.Core.Tests.Replication.FollowerScenario;

namespace ActorBroker.Core.Tests.Replication;

/// <summary>What a follower does with each kind of append, one rule at a time.</summary>
public class FollowerMachineTests
{
    [Fact]
    public void Records_that_follow_are_written()
    {
        var follower = With(LogOf((0, 5)));
        follower.Takes(From(LogOf((0, 8)), leaderEpoch: 0, previousOffset: 5), upTo: 8);
        Assert.Equal(8, follower.Log.LogEndOffset);
    }

    [Fact]
    public void A_repeated_append_changes_nothing()
    {
        var follower = With(LogOf((0, 5)));
        var append = From(LogOf((0, 8)), leaderEpoch: 0, previousOffset: 3);

        follower.Takes(append, upTo: 8);
        follower.Takes(append, upTo: 8);

        Assert.Equal(LogOf((0, 8)).Batches, follower.Log.Batches);
    }

    [Fact]
    public void What_it_has_already_is_passed_over()
    {
        var follower = With(LogOf((0, 5)));
        var append = From(LogOf((0, 8)), leaderEpoch: 0, previousOffset: 3);

        var decision = follower.Machine.Decide(append, follower.Log, logStartOffset: 0);

        Assert.Equal((-1, -1, 2 * 61), (decision.StartAt, decision.TruncateTo, decision.FirstNewByte));
    }

    [Fact]
    public void An_append_of_an_earlier_leadership_is_fenced_by_whoever_told_of_the_later()
    {
        var append = From(LogOf((0, 8)), leaderEpoch: 4, previousOffset: 5);

        var byCatalogue = With(LogOf((0, 5)), leaderEpoch: 4);
        byCatalogue.Machine.Follow(5);
        byCatalogue.Refuses(append, ReplicaAppendStatus.Fenced, epoch: 5, endOffset: -1);

        var byLeader = With(LogOf((0, 5)), leaderEpoch: 4);
        byLeader.Takes(From(LogOf((0, 5)), leaderEpoch: 6, previousOffset: 5), upTo: 5);
        byLeader.Refuses(append, ReplicaAppendStatus.Fenced, epoch: 6, endOffset: -1);

        With(LogOf((0, 5), (7, 1))).Refuses(append, ReplicaAppendStatus.Fenced, epoch: 7, endOffset: -1);
    }

    [Fact]
    public void An_append_that_leaves_a_hole_is_answered_with_where_the_log_ends()
    {
        var follower = With(LogOf((0, 5)));
        var append = From(LogOf((0, 8)), leaderEpoch: 0, previousOffset: 7);
        follower.Refuses(append, ReplicaAppendStatus.Diverged, epoch: 0, endOffset: 5);
        With(LogOf()).Refuses(append, ReplicaAppendStatus.Diverged, epoch: -1, endOffset: 0);
    }

    [Fact]
    public void One_that_lacks_the_epoch_names_its_latest_one_before_it_and_where_that_ends()
    {
        var leader = LogOf((0, 5), (2, 5), (4, 5));

        With(LogOf((0, 5), (1, 3))).Refuses(
            From(leader, leaderEpoch: 5, previousOffset: 15), ReplicaAppendStatus.Diverged, epoch: 1, endOffset: 8);
        With(LogOf((0, 5), (1, 3), (3, 2))).Refuses(
            From(leader, leaderEpoch: 5, previousOffset: 10), ReplicaAppendStatus.Diverged, epoch: 1, endOffset: 8);
    }

    [Fact]
    public void Records_of_another_epoch_are_cut_where_the_logs_part()
    {
        var follower = With(LogOf((0, 5), (1, 5)));
        var leader = LogOf((0, 7), (2, 5));

        follower.Takes(From(leader, leaderEpoch: 2, previousOffset: 5, epochStart: 7), upTo: 12);

        Assert.Equal(leader.Batches, follower.Log.Batches);
    }

    [Fact]
    public void A_longer_log_of_earlier_epochs_is_cut_where_the_leadership_begins_even_without_records()
    {
        var follower = With(LogOf((0, 5), (1, 5)));
        follower.Takes(From(LogOf((0, 5)), leaderEpoch: 2, previousOffset: 5), upTo: 5);
        Assert.Equal(5, follower.Log.LogEndOffset);
    }

    [Fact]
    public void What_was_taken_in_this_leadership_is_never_cut_again()
    {
        // The first records of epoch 2, from offset 5 on, have been compacted away: the follower knows it from 8 on.
        var leader = LogOf((0, 5), (2, 5));
        leader.Drop(5);
        leader.Drop(5);
        leader.Drop(5);
        var follower = With(LogOf((0, 5)));
        var first = From(leader, leaderEpoch: 2, previousOffset: 5, records: 0, epochStart: 5);
        follower.Takes(first, upTo: 5);
        follower.Takes(From(leader, leaderEpoch: 2, previousOffset: 5, epochStart: 5), upTo: 10);

        follower.Takes(first, upTo: 10);

        Assert.Equal(10, follower.Log.LogEndOffset);
    }

    [Fact]
    public void To_cut_what_was_taken_breaks_an_invariant()
    {
        var follower = With(LogOf((0, 5)));
        follower.Takes(From(LogOf((0, 8)), leaderEpoch: 0, previousOffset: 5), upTo: 8);

        Assert.Throws<InvariantViolationException>(() => follower.Machine.Cut(7));
        follower.Machine.Follow(1);
        follower.Machine.Cut(7);
    }

    [Fact]
    public void Records_are_committed_as_far_as_both_logs_are_known_to_be_the_same()
    {
        var follower = With(LogOf((0, 5), (1, 5)));
        var leader = LogOf((0, 5), (2, 15));

        follower.Takes(
            From(leader, leaderEpoch: 2, previousOffset: 3, records: 2, highWatermark: 12, epochStart: 5), upTo: 5);
        Assert.Equal(5, follower.Machine.HighWatermark);

        follower.Takes(
            From(leader, leaderEpoch: 2, previousOffset: 5, records: 5, highWatermark: 12, epochStart: 5), upTo: 10);
        Assert.Equal(10, follower.Machine.HighWatermark);

        follower.Takes(
            From(leader, leaderEpoch: 2, previousOffset: 10, records: 0, highWatermark: 7, epochStart: 5), upTo: 10);
        Assert.Equal(10, follower.Machine.HighWatermark);
    }

    [Fact]
    public void Nobody_drops_what_it_does_not_know_to_be_committed()
    {
        var follower = With(LogOf((0, 5)), highWatermark: 3);
        Assert.Equal((2, 3), (follower.Machine.LogStart(2), follower.Machine.LogStart(4)));
    }

    [Fact]
    public void A_follower_that_is_too_far_behind_starts_anew_where_the_leaders_log_begins()
    {
        var leader = LogOf((0, 20));
        leader.AdvanceStart(10);
        var follower = With(LogOf((0, 5)), highWatermark: 4);

        follower.Takes(From(leader, leaderEpoch: 0, previousOffset: 10, highWatermark: 15, startsAnew: true), upTo: 20);

        Assert.Equal((10, 15), (follower.Log.LogStartOffset, follower.Machine.HighWatermark));
        Assert.Equal(leader.Batches, follower.Log.Batches);
    }

    [Fact]
    public void A_follower_that_reaches_the_leaders_first_record_goes_on_with_what_it_has()
    {
        var leader = LogOf((0, 20));
        leader.AdvanceStart(10);
        var follower = With(LogOf((0, 12)));

        follower.Takes(From(leader, leaderEpoch: 0, previousOffset: 10, startsAnew: true), upTo: 20);

        Assert.Equal((0, 20), (follower.Log.LogStartOffset, follower.Log.Batches.Count));
    }

    [Fact]
    public void A_log_may_begin_within_a_batch()
    {
        var leader = new MemoryLog();
        leader.Append(BatchAt(0, epoch: 0, records: 10));
        leader.Append(BatchAt(10, epoch: 0, records: 5));
        leader.AdvanceStart(4);
        var follower = With(LogOf());

        follower.Takes(From(leader, 0, previousOffset: 4, records: 0, highWatermark: 15, startsAnew: true), upTo: 4);
        Assert.Equal(4, follower.Machine.HighWatermark);

        follower.Takes(From(leader, 0, previousOffset: 4, highWatermark: 15, startsAnew: true), upTo: 15);
        Assert.Equal((0, 15), (follower.Log.LogStartOffset, follower.Machine.HighWatermark));
    }

    [Fact]
    public void What_the_leaders_compacted_log_leaves_out_stays_if_it_may_be_the_leaders_and_goes_if_not()
    {
        var leader = LogOf((0, 5), (2, 10));
        leader.Drop(5);
        leader.Drop(5);
        var append = From(leader, leaderEpoch: 2, previousOffset: 5, epochStart: 5);

        var legitimate = With(LogOf((0, 5), (2, 4)));
        legitimate.Takes(append, upTo: 15);
        Assert.Equal(15, legitimate.Log.Batches.Count);

        var astray = With(LogOf((0, 5), (1, 2)));
        astray.Takes(append, upTo: 15);
        Assert.Equal(leader.Batches, astray.Log.Batches);
    }

    [Fact]
    public void A_log_that_starts_later_than_the_leaders_is_not_led_back()
    {
        var follower = With(LogOf((0, 10)));
        follower.Log.AdvanceStart(6);

        follower.Takes(From(LogOf((0, 12)), leaderEpoch: 0, previousOffset: 2), upTo: 12);

        Assert.Equal((6, 12), (follower.Log.LogStartOffset, follower.Log.LogEndOffset));
    }

    [Fact]
    public void An_emptied_log_takes_what_follows_and_passes_over_what_comes_late()
    {
        var leader = LogOf((0, 5), (1, 7));
        var follower = With(LogOf((0, 5), (1, 5)), leaderEpoch: 1, highWatermark: 10);
        follower.Log.AdvanceStart(10);

        follower.Takes(From(leader, leaderEpoch: 1, previousOffset: 3, records: 4, epochStart: 5), upTo: 7);
        Assert.Equal((10, 10), (follower.Log.LogStartOffset, follower.Log.LogEndOffset));

        follower.Takes(From(leader, leaderEpoch: 1, previousOffset: 10, epochStart: 5), upTo: 12);
        Assert.Equal((10, 12), (follower.Log.LogStartOffset, follower.Log.LogEndOffset));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(12)]
    public void An_emptied_log_gives_way_to_an_unclean_leader_that_never_had_what_it_dropped(long epochStart)
    {
        // A leader that was made anew within its leadership says that this began later than its first record of it.
        var leader = LogOf((0, 5), (3, 7));
        var follower = With(LogOf((0, 5), (1, 5)), leaderEpoch: 1, highWatermark: 10);
        follower.Log.AdvanceStart(10);

        follower.Refuses(
            From(leader, leaderEpoch: 3, previousOffset: 10, epochStart: epochStart),
            ReplicaAppendStatus.Diverged,
            epoch: 1,
            endOffset: 10);
        follower.Takes(From(leader, leaderEpoch: 3, previousOffset: 5, epochStart: epochStart), upTo: 12);

        Assert.Equal(leader.Batches.Skip(5), follower.Log.Batches);
        Assert.Equal((5, 0), (follower.Log.LogStartOffset, follower.Log.EpochAt(4)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_emptied_log_of_a_later_epoch_gives_way_to_an_unclean_leader_of_an_earlier_one(bool isCompacted)
    {
        var leader = LogOf((0, 5), (1, 7));
        var follower = With(LogOf((0, 5), (3, 3)), leaderEpoch: 3, highWatermark: 8);
        follower.Log.AdvanceStart(8);
        if (isCompacted)
        {
            leader.Drop(7);
        }

        follower.Takes(From(leader, leaderEpoch: 4, previousOffset: 5), upTo: 12);

        Assert.Equal((7, 12), (follower.Log.LogStartOffset, follower.Log.LogEndOffset));
        Assert.Equal(1, follower.Log.Latest);
    }

    [Fact]
    public void A_log_that_is_another_before_the_leaders_start_starts_anew_there()
    {
        var leader = LogOf((0, 5), (2, 15));
        leader.AdvanceStart(10);
        var follower = With(LogOf((0, 12)), highWatermark: 4);

        follower.Takes(From(leader, leaderEpoch: 2, previousOffset: 10, records: 0, startsAnew: true), upTo: 10);

        Assert.Equal((10, 10), (follower.Log.LogStartOffset, follower.Log.LogEndOffset));
        Assert.Equal(2, follower.Log.EpochAt(9));
    }

    [Fact]
    public void A_log_that_is_cut_at_its_start_keeps_the_epoch_before_it()
    {
        var follower = With(LogOf((0, 5), (1, 3)), highWatermark: 5);
        follower.Log.AdvanceStart(5);

        follower.Takes(From(LogOf((0, 5)), leaderEpoch: 2, previousOffset: 5), upTo: 5);

        Assert.Equal((5, 5), (follower.Log.LogStartOffset, follower.Log.LogEndOffset));
        Assert.Equal(0, follower.Log.EpochAt(4));
    }

    [Fact]
    public void Producers_go_on_where_the_leader_left_them()
    {
        var producers = new ProducerTable();
        var machine = new FollowerMachine(new FollowerStart
        {
            LeaderEpoch = 0,
            LogEndOffset = 0,
            HighWatermark = 0,
            Producers = producers,
        });

        machine.Written(Batch(sequence: 0, count: 3).Transactional(), nowMs: 5);
        Assert.Equal(SequenceKind.Duplicate, producers.Check(Batch(sequence: 0, count: 3).Transactional()).Kind);

        machine.Committed(highWatermark: 3, sameUpTo: 3);
        Assert.Equal((3, 0), (machine.HighWatermark, machine.LastStableOffset));

        machine.MarkerWritten(Marker(offset: 3), coordinatorEpoch: 1, nowMs: 6);
        machine.Committed(highWatermark: 4, sameUpTo: 4);
        Assert.Equal(4, machine.LastStableOffset);
    }
}
