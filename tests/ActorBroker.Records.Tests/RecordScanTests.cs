namespace ActorBroker.Records.Tests;

public sealed class RecordScanTests
{
    [Fact]
    public void The_extremes_of_the_times_and_a_missing_key_are_told()
    {
        Assert.True(RecordScan.TrySummarize(Block(Convert.FromHexString(Batches.TwoRecords)), 2, out var summary));
        Assert.Equal(new RecordSummary(0, 5, HasNullKeys: true), summary);
    }

    [Fact]
    public void Another_count_than_that_of_the_records_is_refused()
    {
        var block = Block(Batches.Some(20));
        Assert.True(RecordScan.TrySummarize(block, 20, out _));
        Assert.False(RecordScan.TrySummarize(block, 19, out _));
        Assert.False(RecordScan.TrySummarize(block, 21, out _));
        Assert.False(RecordScan.TrySummarize(block, -1, out _));
        Assert.False(RecordScan.TrySummarize(block, int.MaxValue, out _));
    }

    [Fact]
    public void Cut_off_blocks_are_refused()
    {
        var block = Block(Batches.Some(20));
        for (var length = 0; length < block.Length; length++)
        {
            Assert.False(RecordScan.TrySummarize(block.AsSpan(0, length), 20, out _));
        }
    }

    [Fact]
    public void It_says_the_same_as_the_reader_of_every_block_with_damaged_bytes()
    {
        var sound = Block(Batches.Some(12));
        var random = new Random(20260101);
        var agreedOnSound = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var block = sound.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                block[random.Next(block.Length)] = (byte)random.Next(256);
            }

            var expected = Read(block, 12);
            var isSound = RecordScan.TrySummarize(block, 12, out var summary);
            Assert.Equal(expected is not null, isSound);
            if (isSound)
            {
                Assert.Equal(expected, summary);
                agreedOnSound++;
            }
        }

        Assert.InRange(agreedOnSound, 1_000, 49_000);
    }

    [Theory]
    [InlineData("0E 00 00 00 01 01 00 00")] // One byte is left of the record after its headers.
    [InlineData("0C 00 00 02 01 01 00")] // Offset delta 1 in the first place.
    [InlineData("0C 00 00 00 03 01 00")] // A key of length -2.
    [InlineData("0C 00 00 00 01 03 00")] // A value of length -2.
    [InlineData("0C 00 00 00 01 01 02")] // A header that isn't there.
    [InlineData("0C 00 00 00 01 01 01")] // -1 headers.
    [InlineData("0A 00 00 00 01 01 00")] // The record's length leaves its last field out.
    public void A_record_that_breaks_a_rule_is_refused(string hex)
    {
        var block = Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal));
        Assert.Null(Read(block, 1));
        Assert.False(RecordScan.TrySummarize(block, 1, out _));
    }

    private static byte[] Block(byte[] batch) => batch[RecordBatchHeader.Size..];

    /// <summary>What the full reader makes of the block; null where it is not sound.</summary>
    private static RecordSummary? Read(byte[] block, int count)
    {
        var records = new RecordReader(block, count);
        var summary = new RecordSummary(long.MaxValue, long.MinValue, false);
        while (records.MoveNext())
        {
            if (records.OffsetDelta != records.Index)
            {
                return null;
            }

            summary = new RecordSummary(
                Math.Min(summary.MinTimestampDelta, records.TimestampDelta),
                Math.Max(summary.MaxTimestampDelta, records.TimestampDelta),
                summary.HasNullKeys || records.IsKeyNull);
        }

        return records.IsMalformed ? null : summary;
    }
}
