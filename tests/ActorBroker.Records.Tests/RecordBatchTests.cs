namespace ActorBroker.Records.Tests;

public sealed class RecordBatchTests
{
    [Theory]
    [InlineData(Batches.TwoRecords, 2)]
    [InlineData(Batches.CommitMarker, 1)]
    public void The_worked_batches_are_sound(string hex, int records)
    {
        var batch = Convert.FromHexString(hex);
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(batch, out var header));
        Assert.Equal((batch.Length, records), (header.SizeInBytes, header.RecordCount));
    }

    [Fact]
    public void Every_truncated_prefix_asks_for_more()
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        for (var length = 0; length < batch.Length; length++)
        {
            Assert.Equal(BatchReadResult.Truncated, RecordBatch.TryRead(batch.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void Every_flipped_bit_is_noticed_except_in_the_fields_that_a_broker_sets()
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        for (var at = 0; at < batch.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                batch[at] ^= (byte)(1 << bit);
                var isBrokersOwn = at is < 8 or (>= 12 and < 16);
                Assert.Equal(isBrokersOwn, RecordBatch.TryRead(batch, out _) == BatchReadResult.Ok);
                batch[at] ^= (byte)(1 << bit);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Another_magic_is_refused_even_when_the_batch_is_cut_off(byte magic)
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        batch[16] = magic;
        Assert.Equal(BatchReadResult.BadMagic, RecordBatch.TryRead(batch, out _));
        Assert.Equal(BatchReadResult.BadMagic, RecordBatch.TryRead(batch.AsSpan(0, 20), out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(48)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void An_impossible_length_is_refused(int length)
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), length);
        Assert.Equal(BatchReadResult.BadLength, RecordBatch.TryRead(batch, out _));
    }

    [Theory]
    [InlineData(57, -1)]
    [InlineData(57, 3)]
    [InlineData(57, int.MaxValue)]
    [InlineData(23, -1)]
    [InlineData(23, 0)]
    public void Contradicting_counts_are_refused(int at, int value)
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(at), value);
        RecordBatch.WriteCrc(batch);
        Assert.Equal(BatchReadResult.BadLength, RecordBatch.TryRead(batch, out _));
    }

    [Fact]
    public void Base_offset_and_leader_epoch_are_patched_without_a_new_checksum()
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        RecordBatch.SetBaseOffset(batch, 1L << 40);
        RecordBatch.SetLeaderEpoch(batch, 9);
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(batch, out var header));
        Assert.Equal((1L << 40, 9), (header.BaseOffset, header.PartitionLeaderEpoch));
        Assert.Equal((1L << 40) + 2, header.NextOffset);
    }

    [Fact]
    public void Log_append_time_sets_the_maximum_timestamp_and_a_valid_checksum()
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        RecordBatch.StampLogAppendTime(batch, Batches.Time + 1000);
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(batch, out var header));
        Assert.Equal(TimestampType.LogAppendTime, header.TimestampType);
        Assert.Equal((Batches.Time, Batches.Time + 1000), (header.BaseTimestamp, header.MaxTimestamp));
    }

    [Fact]
    public void The_first_of_several_batches_is_read()
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        byte[] two = [.. batch, .. Convert.FromHexString(Batches.CommitMarker)];
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(two, out var header));
        Assert.Equal(batch.Length, header.SizeInBytes);
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(two.AsSpan(batch.Length), out header));
        Assert.True(TransactionMarker.TryRead(two.AsSpan(batch.Length), header, out var marker));
        Assert.Equal(new TransactionMarker(ControlRecordType.Commit, 7), marker);
    }

    [Fact]
    public void A_data_batch_is_no_marker()
    {
        var batch = Convert.FromHexString(Batches.TwoRecords);
        RecordBatch.TryRead(batch, out var header);
        Assert.False(TransactionMarker.TryRead(batch, header, out _));
    }
}
