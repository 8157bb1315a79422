using ActorBroker.Core.Producers;
using ActorBroker.Core.Replication;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.ProducerBatches;

namespace ActorBroker.Core.Tests.Replication;

public class LeaderMachineTests
{
    [Fact]
    public void Accepted_batches_get_consecutive_offsets_and_count_only_when_written()
    {
        var leader = LeaderScenario.With(logEnd: 10).Machine;

        Assert.Equal(10, leader.Accept(Plain(3), acks: 1, nowMs: 0).BaseOffset);
        Assert.Equal(13, leader.Accept(Plain(2), acks: 1, nowMs: 0).BaseOffset);
        Assert.Equal((15, 10, 10), (leader.NextOffset, leader.LogEndOffset, leader.HighWatermark));

        Assert.True(leader.Written(15));
        Assert.Equal((15, 15, 15), (leader.NextOffset, leader.LogEndOffset, leader.HighWatermark));
    }

    [Fact]
    public void A_single_replica_commits_its_whole_log_at_the_start()
    {
        var leader = LeaderScenario.With(logEnd: 42).Machine;
        Assert.Equal((42, 42), (leader.HighWatermark, leader.LeaderEpochStartOffset));
    }

    [Fact]
    public void High_watermark_waits_for_the_slowest_in_sync_replica()
    {
        var leader = LeaderScenario.With(replicas: 3).Wrote(10);
        leader.Acknowledged(by: 2, upTo: 10).Acknowledged(by: 3, upTo: 7);
        Assert.Equal(7, leader.HighWatermark);
    }

    [Fact]
    public void A_replica_that_is_not_in_sync_holds_nothing_up()
    {
        var leader = LeaderScenario.With(replicas: 3, inSync: [1, 2]).Wrote(10).Acknowledged(by: 2, upTo: 10);
        Assert.Equal(10, leader.HighWatermark);
    }

    [Fact]
    public void High_watermark_does_not_go_back_when_a_follower_does()
    {
        var leader = LeaderScenario.With(replicas: 2).Wrote(10);
        leader.Acknowledged(by: 2, upTo: 8).Acknowledged(by: 2, upTo: 3);
        Assert.Equal(8, leader.HighWatermark);
    }

    [Fact]
    public void Reports_of_another_epoch_of_strangers_or_past_the_log_end_prove_nothing()
    {
        var scenario = LeaderScenario.With(replicas: 2).Wrote(10);

        Assert.False(scenario.Answered(by: 2, upTo: 10, leaderEpoch: LeaderScenario.Epoch - 1));
        Assert.False(scenario.Answered(by: 9, upTo: 10));
        Assert.False(scenario.Answered(by: 2, upTo: 11));
        Assert.Equal(0, scenario.HighWatermark);
    }

    [Fact]
    public void Where_commit_needs_a_flush_nothing_counts_before_it()
    {
        var leader = LeaderScenario.With(commitNeedsFlush: true).Wrote(10).Machine;
        Assert.Equal(0, leader.HighWatermark);
        Assert.Equal(AckState.Waiting, leader.StateOf(endOffset: 10, acks: 1));

        Assert.True(leader.Flushed(6));
        Assert.Equal(6, leader.HighWatermark);
        Assert.Equal(AckState.Acknowledged, leader.StateOf(endOffset: 6, acks: -1));
        Assert.Equal(AckState.Waiting, leader.StateOf(endOffset: 10, acks: -1));

        Assert.False(leader.Flushed(3));
        Assert.True(leader.UpdateSettings(minInsyncReplicas: 1, commitNeedsFlush: false));
        Assert.Equal(10, leader.HighWatermark);
    }

    [Fact]
    public void A_flush_counts_no_further_than_what_is_written()
    {
        var leader = LeaderScenario.With(commitNeedsFlush: true).Accepted(10).Machine;
        Assert.False(leader.Flushed(10));
        Assert.Equal(0, leader.HighWatermark);
    }

    [Fact]
    public void One_replica_acknowledges_when_written_all_when_committed()
    {
        var scenario = LeaderScenario.With(replicas: 2).Accepted(10);
        var leader = scenario.Machine;
        Assert.Equal(AckState.Waiting, leader.StateOf(endOffset: 10, acks: 1));

        leader.Written(10);
        Assert.Equal(AckState.Acknowledged, leader.StateOf(endOffset: 10, acks: 1));
        Assert.Equal(AckState.Waiting, leader.StateOf(endOffset: 10, acks: -1));

        scenario.Acknowledged(by: 2, upTo: 10);
        Assert.Equal(AckState.Acknowledged, leader.StateOf(endOffset: 10, acks: -1));
    }

    [Fact]
    public void Too_few_in_sync_replicas_refuse_all_but_not_one()
    {
        var leader = LeaderScenario.With(replicas: 3, inSync: [1], minInsync: 2).Machine;

        var refused = leader.Accept(Plain(), acks: -1, nowMs: 0);

        Assert.Equal((AppendKind.Rejected, ErrorCode.NotEnoughReplicas), (refused.Kind, refused.Error));
        Assert.Equal(0, leader.NextOffset);
        Assert.Equal(AppendKind.Accepted, leader.Accept(Plain(), acks: 1, nowMs: 0).Kind);
    }

    [Fact]
    public void Replicas_that_drop_out_after_the_append_are_told_of()
    {
        var scenario = LeaderScenario.With(replicas: 3, minInsync: 2).Wrote(10).Recorded(version: 2, 1);

        Assert.Equal(0, scenario.HighWatermark);
        Assert.Equal(AckState.NotEnoughReplicasAfterAppend, scenario.Machine.StateOf(endOffset: 10, acks: -1));
        Assert.Equal(AckState.Acknowledged, scenario.Machine.StateOf(endOffset: 10, acks: 1));
    }

    [Fact]
    public void A_repeated_batch_is_answered_with_the_first_ones_offset()
    {
        var leader = LeaderScenario.With().Machine;
        leader.Accept(Batch(sequence: 0, count: 5, timestampMs: 77), acks: -1, nowMs: 0);
        leader.Accept(Batch(sequence: 5, count: 5), acks: -1, nowMs: 0);

        var repeat = leader.Accept(Batch(sequence: 0, count: 5), acks: -1, nowMs: 0);

        Assert.Equal(AppendKind.Duplicate, repeat.Kind);
        Assert.Equal((0, 5, 77), (repeat.BaseOffset, repeat.EndOffset, repeat.TimestampMs));
        Assert.Equal(10, leader.NextOffset);
        Assert.Equal(AckState.Waiting, leader.StateOf(repeat.EndOffset, acks: -1));
    }

    [Fact]
    public void A_gap_in_the_sequence_is_refused_and_takes_no_offset()
    {
        var leader = LeaderScenario.With().Machine;
        leader.Accept(Batch(sequence: 0), acks: -1, nowMs: 0);

        var refused = leader.Accept(Batch(sequence: 2), acks: -1, nowMs: 0);

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, refused.Error);
        Assert.Equal(1, leader.NextOffset);
    }

    [Fact]
    public void An_old_repeat_is_only_called_stored_once_it_is_committed()
    {
        var scenario = LeaderScenario.With(replicas: 2);
        var leader = scenario.Machine;
        for (var sequence = 0; sequence < 7; sequence++)
        {
            leader.Accept(Batch(sequence), acks: -1, nowMs: 0);
        }

        leader.Written(7);
        var repeat = leader.Accept(Batch(0), acks: -1, nowMs: 0);
        Assert.Equal(
            (AppendKind.Duplicate, ErrorCode.DuplicateSequenceNumber, -1),
            (repeat.Kind, repeat.Error, repeat.BaseOffset));
        Assert.Equal(7, leader.NextOffset);
        Assert.Equal(AckState.Waiting, leader.StateOf(repeat.EndOffset, acks: -1));

        scenario.Acknowledged(by: 2, upTo: 7);
        Assert.Equal(AckState.Acknowledged, leader.StateOf(repeat.EndOffset, acks: -1));
    }

    [Fact]
    public void Last_stable_offset_stops_at_the_first_open_transaction()
    {
        var producers = new ProducerTable();
        var leader = LeaderScenario.With(producers: producers).Wrote(4).Machine;
        leader.Accept(Batch(sequence: 0, count: 2).Transactional(), acks: -1, nowMs: 0);
        leader.Written(6);
        Assert.Equal((6, 4), (leader.HighWatermark, leader.LastStableOffset));

        producers.EndTransaction(Marker(offset: 5), coordinatorEpoch: 0, nowMs: 0);
        Assert.Equal(6, leader.LastStableOffset);
    }

    [Fact]
    public void A_write_that_was_never_accepted_breaks_an_invariant()
    {
        var leader = LeaderScenario.With().Accepted(3).Machine;
        Assert.Throws<InvariantViolationException>(() => leader.Written(4));
    }
}
