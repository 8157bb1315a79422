using System.Text;

namespace ActorBroker.Records.Tests;

public sealed class RecordReaderTests
{
    [Fact]
    public void The_worked_records_are_read_field_by_field()
    {
        var records = new RecordReader(Block(Convert.FromHexString(Batches.TwoRecords)), 2);
        Assert.True(records.MoveNext());
        Assert.Equal((0L, 0, false, false), (
            records.TimestampDelta, records.OffsetDelta, records.IsKeyNull, records.IsValueNull));
        Assert.Equal(("key", "value"), (Text(records.Key), Text(records.Value)));
        var headers = records.Headers;
        Assert.Equal(1, records.HeaderCount);
        Assert.True(headers.MoveNext());
        Assert.Equal(("h", "1", false), (Text(headers.Key), Text(headers.Value), headers.IsValueNull));
        Assert.False(headers.MoveNext());

        Assert.True(records.MoveNext());
        Assert.Equal((5L, 1, true, 0), (
            records.TimestampDelta, records.OffsetDelta, records.IsKeyNull, records.HeaderCount));
        Assert.Equal("x", Text(records.Value));
        Assert.False(records.MoveNext());
        Assert.False(records.IsMalformed);
    }

    [Fact]
    public void Encoded_records_together_are_the_block()
    {
        var block = Block(Batches.Some(50));
        var records = new RecordReader(block, 50);
        var joined = new List<byte>();
        while (records.MoveNext())
        {
            joined.AddRange(records.Encoded);
        }

        Assert.Equal(block, joined.ToArray());
    }

    [Fact]
    public void Every_truncated_block_is_malformed_and_gives_only_whole_records()
    {
        var block = Block(Batches.Some(20));
        for (var length = 0; length < block.Length; length++)
        {
            var records = new RecordReader(block.AsSpan(0, length), 20);
            var bytes = 0;
            while (records.MoveNext())
            {
                bytes += records.Encoded.Length;
            }

            Assert.True(records.IsMalformed);
            Assert.True(bytes <= length);
            Assert.False(records.MoveNext());
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(19)]
    [InlineData(21)]
    [InlineData(int.MaxValue)]
    public void A_wrong_count_is_malformed(int count)
    {
        var records = new RecordReader(Block(Batches.Some(20)), count);
        while (records.MoveNext())
        {
        }

        Assert.True(records.IsMalformed);
    }

    [Theory]
    [InlineData("0E0000000101000000", "bytes after the headers")]
    [InlineData("0C000000030100", "key length -2")]
    [InlineData("0C000000010300", "value length -2")]
    [InlineData("0C000000010101", "header count -1")]
    [InlineData("0C000000010102", "a header that is not there")]
    [InlineData("100000000101020101", "a header without a key")]
    [InlineData("0C000000FE0100", "a key longer than the record")]
    [InlineData("0A0000000101", "shorter than any record")]
    [InlineData("FFFFFFFF0F0000000101", "a negative length")]
    public void Malformed_records_stop_the_walk(string hex, string why)
    {
        var records = new RecordReader(Convert.FromHexString(hex), 1);
        Assert.False(records.MoveNext());
        Assert.True(records.IsMalformed, why);
    }

    [Fact]
    public void An_empty_block_of_no_records_is_sound()
    {
        var records = new RecordReader([], 0);
        Assert.False(records.MoveNext());
        Assert.False(records.IsMalformed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Mutated_blocks_never_overrun(int seed)
    {
        var random = new Random(seed);
        var original = Block(Batches.Some(20, seed: seed));
        for (var round = 0; round < 5000; round++)
        {
            var block = (byte[])original.Clone();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
            {
                block[random.Next(block.Length)] = (byte)random.Next(256);
            }

            var records = new RecordReader(block.AsSpan(0, random.Next(block.Length + 1)), random.Next(-1, 25));
            var bytes = 0;
            while (records.MoveNext())
            {
                bytes += records.Encoded.Length;
                var headers = records.Headers;
                var count = 0;
                while (headers.MoveNext())
                {
                    count++;
                }

                Assert.Equal(records.HeaderCount, count);
            }

            Assert.True(bytes <= block.Length);
        }
    }

    [Fact]
    public void Iterating_allocates_nothing()
    {
        var block = Block(Batches.Some(500));
        Walk(block);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var bytes = Walk(block);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(bytes > 0);
    }

    private static int Walk(byte[] block)
    {
        var bytes = 0;
        var records = new RecordReader(block, 500);
        while (records.MoveNext())
        {
            bytes += records.Key.Length + records.Value.Length;
            var headers = records.Headers;
            while (headers.MoveNext())
            {
                bytes += headers.Key.Length;
            }
        }

        return bytes;
    }

    private static byte[] Block(byte[] batch) => batch[RecordBatchHeader.Size..];

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
