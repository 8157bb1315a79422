using System.Buffers.Binary;
using ActorBroker.Core.Batches;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Batches.TestBatch;

namespace ActorBroker.Core.Tests.Batches;

public class BatchRewriterTests
{
    [Fact]
    public void A_batch_that_is_as_the_topic_wants_it_is_left_alone()
    {
        var batch = Of();
        var stored = Rewrite(batch.ToArray(), LogConfig.Default, out _);
        Assert.Equal(batch, stored);
    }

    [Fact]
    public void The_brokers_time_is_stamped_with_a_new_checksum()
    {
        var config = LogConfig.Default with { MessageTimestampType = TimestampType.LogAppendTime };

        var stored = Rewrite(Of(timestamp: _ => 5), config, out var header);

        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(stored, out var read));
        Assert.Equal(read, header);
        Assert.Equal((TimestampType.LogAppendTime, NowMs), (read.TimestampType, read.MaxTimestamp));
    }

    [Fact]
    public void A_wrong_largest_timestamp_is_put_right()
    {
        var lying = Of().With(b => BinaryPrimitives.WriteInt64BigEndian(b.AsSpan(35), long.MaxValue));

        var stored = Rewrite(lying, LogConfig.Default, out var header);

        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(stored, out _));
        Assert.Equal(NowMs + 2, header.MaxTimestamp);
        Assert.Equal(Of(), stored);
    }

    public static TheoryData<CompressionCodec, CompressionCodec> Pairs()
    {
        var pairs = new TheoryData<CompressionCodec, CompressionCodec>();
        foreach (var from in Enum.GetValues<CompressionCodec>())
        {
            foreach (var to in Enum.GetValues<CompressionCodec>())
            {
                pairs.Add(from, to);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Records_survive_recompression(CompressionCodec from, CompressionCodec to)
    {
        var options = new RecordBatchOptions { Codec = from, ProducerId = 9, ProducerEpoch = 2, BaseSequence = 40 };
        var batch = Of(count: 20, options, valueBytes: 300);

        var stored = Rewrite(batch.ToArray(), LogConfig.Default with { Compression = to }, out var header);

        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(stored, out var read));
        Assert.Equal(read, header);
        Assert.Equal(stored.Length, read.SizeInBytes);
        Assert.Equal((to, 9, 40, 20), (read.Codec, read.ProducerId, read.BaseSequence, read.RecordCount));
        Assert.Equal(NowMs + 19, read.MaxTimestamp);
        Assert.Equal(Block(batch), Block(stored));
        if (from == to)
        {
            Assert.Equal(batch, stored);
        }
    }

    [Fact]
    public void Recompressed_and_stamped_at_once_has_one_right_checksum()
    {
        var config = LogConfig.Default with
        {
            Compression = CompressionCodec.Gzip,
            MessageTimestampType = TimestampType.LogAppendTime,
        };
        var stored = Rewrite(Of(valueBytes: 500), config, out var header);
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(stored, out _));
        Assert.Equal((CompressionCodec.Gzip, NowMs), (header.Codec, header.MaxTimestamp));
    }

    [Fact]
    public void A_batch_that_shrinks_stays_in_the_producers_memory()
    {
        var batch = Of(valueBytes: 5000);
        var config = LogConfig.Default with { Compression = CompressionCodec.Gzip };
        var header = ValidHeader(batch, config, out var verdict);

        BatchRewriter.Rewrite(batch, ref header, in verdict, config, NowMs, out var stored);

        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(stored, out var segment));
        Assert.Same(batch, segment.Array);
        Assert.True(stored.Length < batch.Length);
    }

    [Fact]
    public void A_batch_that_grows_past_the_topics_limit_is_refused()
    {
        var batch = Compressed(CompressionCodec.Gzip, valueBytes: 50_000);
        var config = LogConfig.Default with { Compression = CompressionCodec.None, MaxMessageBytes = 10_000 };
        var header = ValidHeader(batch, config, out var verdict);

        var result = BatchRewriter.Rewrite(batch, ref header, in verdict, config, NowMs, out _);

        Assert.Equal(ErrorCode.MessageTooLarge, result.Error);
    }

    [Fact]
    public void A_control_batch_is_not_compressed()
    {
        using var builder = new RecordBatchBuilder();
        var marker = new TransactionMarker(ControlRecordType.Commit, 3).Build(builder, 7, 1, NowMs).ToArray();
        var config = LogConfig.Default with { Compression = CompressionCodec.Zstd };
        Assert.Equal(marker, Rewrite(marker.ToArray(), config, out _, isInternal: true));
    }

    private static byte[] Rewrite(byte[] batch, LogConfig config, out RecordBatchHeader header, bool isInternal = false)
    {
        header = ValidHeader(batch, config, out var verdict, isInternal);
        Assert.True(BatchRewriter.Rewrite(batch, ref header, in verdict, config, NowMs, out var stored).IsValid);
        return stored.ToArray();
    }

    private static RecordBatchHeader ValidHeader(
        byte[] batch, LogConfig config, out BatchVerdict verdict, bool isInternal = false)
    {
        verdict = BatchValidator.Validate(batch, config, NowMs, 9, out var header, isInternal);
        Assert.True(verdict.IsValid, verdict.Message);
        return header;
    }

    private static byte[] Block(byte[] batch)
    {
        using var decompressor = new RecordBatchDecompressor(1 << 20);
        Assert.True(RecordBatchHeader.TryRead(batch, out var header));
        Assert.Equal(DecompressionResult.Ok, decompressor.OpenBlock(batch, in header, out var block));
        return block.ToArray();
    }
}
