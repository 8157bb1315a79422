using ActorBroker.Records;

namespace ActorBroker.Storage.Tests.Compaction;

public sealed class CompactionProducerTests
{
    [Fact]
    public void The_last_batch_of_a_producer_is_kept_empty_so_that_its_sequence_survives()
    {
        using var log = new CompactedLog();
        log.Append(Idempotent(7, 0), ("a", "1"), ("b", "1"));
        log.Append(Idempotent(7, 2), ("a", "2"), ("b", "2"));
        log.Append(("a", "3"), ("b", "3"));
        log.RollAndClean();
        var kept = log.Headers()[0];
        Assert.Equal((7L, 0, 3, 2L, 1), (
            kept.ProducerId, kept.RecordCount, kept.LastSequence, kept.BaseOffset, kept.LastOffsetDelta));
        Assert.Equal(2, log.Headers().Count);
        log.Reopen();
        Assert.Equal(3, log.Producers.LastSequences[7]);
    }

    [Fact]
    public void A_kept_empty_batch_goes_once_the_producer_has_a_later_one()
    {
        using var log = new CompactedLog();
        log.Append(Idempotent(7, 0), ("a", "1"));
        log.Append(("a", "2"));
        log.RollAndClean();
        Assert.Contains(log.Headers(), header => header.RecordCount == 0);
        log.Append(Idempotent(7, 1), ("c", "1"));
        log.RollAndClean();
        Assert.DoesNotContain(log.Headers(), header => header.RecordCount == 0);
        log.Reopen();
        Assert.Equal(1, log.Producers.LastSequences[7]);
    }

    [Fact]
    public void An_expired_producer_leaves_no_empty_batch()
    {
        using var log = new CompactedLog();
        log.Append(Idempotent(7, 0), ("a", "1"));
        log.Time.NowMs += 86_400_001;
        log.Append(("a", "2"));
        log.RollAndClean();
        Assert.Single(log.Headers());
    }

    [Fact]
    public void Sequences_survive_partly_filtered_batches()
    {
        using var log = new CompactedLog();
        log.Append(Idempotent(9, 10), ("a", "1"), ("b", "1"), ("c", "1"));
        log.Append(("c", "2"));
        log.RollAndClean();
        var header = log.Headers()[0];
        Assert.Equal((2, 10, 12), (header.RecordCount, header.BaseSequence, header.LastSequence));
    }

    [Fact]
    public void A_rolled_back_record_neither_stays_nor_hides_a_committed_one()
    {
        using var log = new CompactedLog();
        log.Append(Transactional(5, 0), ("a", "1"));
        log.AppendMarker(ControlRecordType.Commit, 5);
        log.Append(Transactional(5, 1), ("a", "2"), ("b", "2"));
        log.AppendMarker(ControlRecordType.Abort, 5);
        log.RollAndClean();
        Assert.Equal([("a", "1", 0L)], log.Read().Select(record => (record.Key!, record.Value!, record.Offset)));
    }

    [Fact]
    public void A_marker_outlives_the_data_of_its_transaction_and_then_delete_retention()
    {
        using var log = new CompactedLog();
        log.Reconfigure(config => config with { DeleteRetentionMs = 1000 });
        log.Append(Transactional(5, 0), ("a", "1"));
        var marker = log.AppendMarker(ControlRecordType.Commit, 5);
        log.Append(Transactional(5, 1), ("b", "1"));
        log.AppendMarker(ControlRecordType.Commit, 5);
        log.Append(("a", "2"));

        // This cleaning removes the data, the next one finds none and sets the horizon, one after that removes the
        // marker.
        log.RollAndClean();
        Assert.Contains(log.Headers(), header => header.BaseOffset == marker && !header.HasDeleteHorizon);
        log.Append(("x", "1"));
        log.RollAndClean();
        Assert.Contains(log.Headers(), header => header.BaseOffset == marker && header.HasDeleteHorizon);
        log.Time.NowMs += 1000;
        log.Append(("x", "2"));
        log.RollAndClean();
        Assert.DoesNotContain(log.Headers(), header => header.BaseOffset == marker);
        Assert.Contains(log.Headers(), header => header.BaseOffset == 3 && header.IsControl);
        log.Reopen();
        Assert.Empty(log.Producers.Open);
    }

    private static RecordBatchOptions Idempotent(long producerId, int sequence) =>
        new() { ProducerId = producerId, ProducerEpoch = 0, BaseSequence = sequence };

    private static RecordBatchOptions Transactional(long producerId, int sequence) =>
        Idempotent(producerId, sequence) with { IsTransactional = true };
}
