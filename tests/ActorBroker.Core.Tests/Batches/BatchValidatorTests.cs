using System.Buffers.Binary;
using ActorBroker.Core.Batches;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using static ActorBroker.Core.Tests.Batches.TestBatch;

namespace ActorBroker.Core.Tests.Batches;

public class BatchValidatorTests
{
    private static readonly LogConfig Compacted = LogConfig.Default with { Compact = true };

    [Fact]
    public void A_sound_batch_is_valid_and_its_largest_timestamp_is_known()
    {
        var verdict = Validate(Worked);
        Assert.Equal(ErrorCode.None, verdict.Error);
        Assert.Equal(1_700_000_000_005, verdict.MaxTimestampMs);
    }

    [Theory]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public void Compressed_batches_are_opened_and_valid(CompressionCodec codec)
    {
        var verdict = Validate(Compressed(codec));
        Assert.Equal((ErrorCode.None, NowMs + 2), (verdict.Error, verdict.MaxTimestampMs));
    }

    [Fact]
    public void Nothing_and_more_than_one_batch_are_invalid_records()
    {
        AssertRefused(ErrorCode.InvalidRecord, []);
        AssertRefused(ErrorCode.InvalidRecord, [.. Of(), .. Of()]);
        AssertRefused(ErrorCode.InvalidRecord, [.. Of(), 0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Old_record_formats_are_invalid_records(byte magic)
    {
        var message = new byte[34];
        message[16] = magic;
        AssertRefused(ErrorCode.InvalidRecord, message);
    }

    [Fact]
    public void An_unknown_format_is_corrupt() => AssertRefused(ErrorCode.CorruptMessage, Of().With(b => b[16] = 3));

    [Fact]
    public void A_batch_cut_off_anywhere_is_corrupt()
    {
        var batch = Of();
        for (var length = 1; length < batch.Length; length++)
        {
            var cut = batch[..length];
            Assert.Equal(ErrorCode.CorruptMessage, Validate(cut).Error);
        }
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(48)]
    [InlineData(int.MaxValue)]
    public void An_impossible_length_is_corrupt(int length) =>
        AssertRefused(ErrorCode.CorruptMessage, Of().With(b => Write(b, at: 8, length)));

    [Fact]
    public void A_flipped_bit_anywhere_under_the_checksum_is_refused()
    {
        var batch = Of();
        for (var at = 17; at < batch.Length; at++)
        {
            var flipped = batch.ToArray();
            flipped[at] ^= 0x10;
            Assert.False(Validate(flipped).IsValid, $"byte {at}");
        }
    }

    [Fact]
    public void A_batch_above_the_topics_limits_is_refused()
    {
        var batch = Of(valueBytes: 2000);
        AssertRefused(ErrorCode.MessageTooLarge, batch, LogConfig.Default with { MaxMessageBytes = batch.Length - 1 });
        AssertRefused(ErrorCode.RecordListTooLarge, batch, LogConfig.Default with { SegmentBytes = batch.Length - 1 });
        var exact = LogConfig.Default with { MaxMessageBytes = batch.Length, SegmentBytes = batch.Length };
        Assert.True(Validate(batch, exact).IsValid);
    }

    [Fact]
    public void Zstd_needs_version_7_and_unknown_codecs_are_unsupported()
    {
        var zstd = Compressed(CompressionCodec.Zstd);
        AssertRefused(ErrorCode.UnsupportedCompressionType, zstd, version: 6);
        Assert.True(Validate(zstd, version: 7).IsValid);
        AssertRefused(ErrorCode.UnsupportedCompressionType, Of().With(b => b[22] = 5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public void The_count_must_match_the_last_offset_delta(int count)
    {
        AssertRefused(ErrorCode.InvalidRecord, Of().With(b => Write(b, at: 57, count)));
        AssertRefused(ErrorCode.InvalidRecord, Of().With(b =>
        {
            Write(b, at: 57, count);
            Write(b, at: 23, count - 1);
        }));
    }

    [Fact]
    public void Clients_can_not_set_what_is_the_brokers()
    {
        AssertRefused(ErrorCode.InvalidRecord, Of(options: new RecordBatchOptions { IsControl = true }));
        AssertRefused(ErrorCode.InvalidRecord, Of().With(b => b[22] = 0x40));
        AssertRefused(
            ErrorCode.InvalidTimestamp,
            Of(options: new RecordBatchOptions { TimestampType = TimestampType.LogAppendTime }));
    }

    [Fact]
    public void The_broker_itself_may_write_a_marker()
    {
        using var builder = new RecordBatchBuilder();
        var marker = new TransactionMarker(ControlRecordType.Commit, 3).Build(builder, 7, 1, NowMs).ToArray();
        Assert.True(Validate(marker, isInternal: true).IsValid);
        AssertRefused(ErrorCode.InvalidRecord, marker);
    }

    [Fact]
    public void A_producer_must_give_epoch_and_sequence()
    {
        var sound = new RecordBatchOptions { ProducerId = 5, ProducerEpoch = 0, BaseSequence = 0 };
        AssertRefused(ErrorCode.InvalidRecord, Of(options: sound with { BaseSequence = -1 }));
        AssertRefused(ErrorCode.InvalidRecord, Of(options: sound with { ProducerEpoch = -1 }));
        AssertRefused(ErrorCode.InvalidRecord, Of(options: new RecordBatchOptions { IsTransactional = true }));
        Assert.True(Validate(Of(options: sound)).IsValid);
    }

    [Fact]
    public void Records_outside_the_topics_times_are_listed()
    {
        var config = LogConfig.Default with { TimestampBeforeMaxMs = 1000, TimestampAfterMaxMs = 500 };
        long[] times = [NowMs, NowMs - 1000, NowMs - 1001, NowMs + 500, NowMs + 501, -1];

        var verdict = Validate(Of(count: times.Length, timestamp: index => times[index]), config);

        Assert.Equal(ErrorCode.InvalidTimestamp, verdict.Error);
        Assert.Equal([2, 4], verdict.RecordErrors!.Select(row => row.Index));
    }

    [Fact]
    public void Where_the_broker_sets_the_time_the_producers_does_not_matter()
    {
        var config = LogConfig.Default with
        {
            TimestampBeforeMaxMs = 1,
            MessageTimestampType = TimestampType.LogAppendTime,
        };
        Assert.True(Validate(Of(timestamp: _ => 0), config).IsValid);
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    public void Records_without_a_key_are_listed_where_the_topic_is_compacted(CompressionCodec codec)
    {
        var options = new RecordBatchOptions { Codec = codec };
        var batch = Of(count: 4, options, key: index => index is 1 or 3 ? null : "");

        var verdict = Validate(batch, Compacted);

        Assert.Equal(ErrorCode.InvalidRecord, verdict.Error);
        Assert.Equal([1, 3], verdict.RecordErrors!.Select(row => row.Index));
        Assert.True(Validate(batch).IsValid);
    }

    [Fact]
    public void At_most_a_hundred_records_are_listed()
    {
        var verdict = Validate(Of(count: 500, key: _ => null), Compacted);
        Assert.Equal(100, verdict.RecordErrors!.Count);
        Assert.StartsWith("500 records", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offset_deltas_must_count_from_zero()
    {
        using var source = new RecordBatchBuilder();
        source.Append(NowMs, default, default);
        var whole = source.Build(RecordBatchOptions.Default).ToArray();
        using var builder = new RecordBatchBuilder();
        var reader = new RecordReader(whole.AsSpan(RecordBatchHeader.Size), 1);
        Assert.True(reader.MoveNext());
        builder.Append(in reader, NowMs, offsetDelta: 1);
        builder.Append(in reader, NowMs, offsetDelta: 1);

        AssertRefused(ErrorCode.InvalidRecord, builder.Build(RecordBatchOptions.Default).ToArray());
    }

    [Fact]
    public void A_malformed_record_block_is_never_valid_though_its_checksum_is()
    {
        var sound = Of();
        for (var at = RecordBatchHeader.Size; at < sound.Length; at++)
        {
            var longer = sound.With(b => b[at] = 0xFF);
            var verdict = Validate(longer);
            Assert.True(verdict.Error is ErrorCode.None or ErrorCode.InvalidRecord, $"byte {at}: {verdict}");
        }

        AssertRefused(ErrorCode.InvalidRecord, sound.With(b => b[RecordBatchHeader.Size] = 0x7F));
        AssertRefused(ErrorCode.InvalidRecord, Compressed(CompressionCodec.Gzip).With(b => b[^1] ^= 1));
    }

    [Theory]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Zstd)]
    public void A_decompression_bomb_is_refused(CompressionCodec codec)
    {
        var bomb = Compressed(codec, count: 1, valueBytes: 65 << 20);
        Assert.True(bomb.Length < LogConfig.Default.MaxMessageBytes);
        AssertRefused(ErrorCode.MessageTooLarge, bomb);
    }

    [Fact]
    public void A_sound_uncompressed_batch_allocates_nothing()
    {
        var batch = Of(count: 1000);
        Validate(batch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = BatchValidator.Validate(batch, LogConfig.Default, NowMs, 9, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(verdict.IsValid);
    }

    private static void Write(byte[] batch, int at, int value) =>
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(at), value);

    private static void AssertRefused(ErrorCode error, byte[] batch, LogConfig? config = null, short version = 9)
    {
        var verdict = Validate(batch, config, version);
        Assert.Equal(error, verdict.Error);
        Assert.NotNull(verdict.Message);
    }
}
