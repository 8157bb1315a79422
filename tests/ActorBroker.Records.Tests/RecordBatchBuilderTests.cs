namespace ActorBroker.Records.Tests;

public sealed class RecordBatchBuilderTests
{
    [Fact]
    public void The_worked_batch_is_built_byte_for_byte()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(
            Batches.Time, Batches.Text("key"), Batches.Text("value"), [new RecordHeader("h", Batches.Text("1"))]);
        builder.Append(Batches.Time + 5, null, Batches.Text("x"));
        var batch = builder.Build(RecordBatchOptions.Default);
        Assert.Equal(Batches.TwoRecords, Convert.ToHexString(batch.Span));
        Assert.Equal((2, batch.Length), (builder.Count, builder.SizeInBytes));
    }

    [Fact]
    public void The_worked_marker_is_built_byte_for_byte()
    {
        using var builder = new RecordBatchBuilder();
        var marker = new TransactionMarker(ControlRecordType.Commit, 7);
        var batch = marker.Build(builder, producerId: 1000, producerEpoch: 2, Batches.Time).ToArray();
        RecordBatch.SetBaseOffset(batch, 42);
        RecordBatch.SetLeaderEpoch(batch, 3);
        Assert.Equal(Batches.CommitMarker, Convert.ToHexString(batch));
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public void A_batch_of_every_codec_reads_back_the_same_records(CompressionCodec codec)
    {
        var batch = Batches.Some(300, new RecordBatchOptions
        {
            Codec = codec,
            ProducerId = 77,
            ProducerEpoch = 3,
            BaseSequence = 1000,
            IsTransactional = true,
        });
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(batch, out var header));
        Assert.Equal((codec, 77L, (short)3, 1000, 1299), (
            header.Codec, header.ProducerId, header.ProducerEpoch, header.BaseSequence, header.LastSequence));
        Assert.True(header.IsTransactional);
        Assert.Equal((Batches.Time, Batches.Time + 299), (header.BaseTimestamp, header.MaxTimestamp));

        using var decompressor = new RecordBatchDecompressor(1 << 20);
        Assert.Equal(DecompressionResult.Ok, decompressor.OpenBlock(batch, header, out var block));
        Assert.True(block.SequenceEqual(Batches.Some(300).AsSpan(RecordBatchHeader.Size)));
        Assert.Equal(DecompressionResult.Ok, decompressor.Open(batch, header, out var records));
        while (records.MoveNext())
        {
        }

        Assert.Equal((299, false), (records.Index, records.IsMalformed));
    }

    [Fact]
    public void A_reset_builder_starts_a_fresh_batch()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(Batches.Time + 99, Batches.Text("other"), null);
        builder.Build(new RecordBatchOptions { Codec = CompressionCodec.Gzip });
        builder.Reset();
        builder.Append(
            Batches.Time, Batches.Text("key"), Batches.Text("value"), [new RecordHeader("h", Batches.Text("1"))]);
        builder.Append(Batches.Time + 5, null, Batches.Text("x"));
        Assert.Equal(Batches.TwoRecords, Convert.ToHexString(builder.Build(RecordBatchOptions.Default).Span));
    }

    [Fact]
    public void Records_are_copied_from_a_reader_with_new_offsets_and_a_delete_horizon()
    {
        var source = Batches.Some(10);
        RecordBatch.TryRead(source, out var header);
        var records = new RecordReader(source.AsSpan(RecordBatchHeader.Size), 10);
        using var builder = new RecordBatchBuilder();
        var horizon = Batches.Time + 1_000_000;
        builder.Reset(horizon);
        while (records.MoveNext())
        {
            if (records.OffsetDelta % 2 == 1)
            {
                builder.Append(records, header.BaseTimestamp + records.TimestampDelta, records.OffsetDelta);
            }
        }

        var built = builder.Build(new RecordBatchOptions { DeleteHorizonMs = horizon, LastOffsetDelta = 12 }).ToArray();
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(built, out var copied));
        Assert.True(copied.HasDeleteHorizon);
        Assert.Equal((horizon, Batches.Time + 9, 12, 5), (
            copied.BaseTimestamp, copied.MaxTimestamp, copied.LastOffsetDelta, copied.RecordCount));
        var kept = new RecordReader(built.AsSpan(RecordBatchHeader.Size), 5);
        for (var delta = 1; kept.MoveNext(); delta += 2)
        {
            Assert.Equal((delta, Batches.Time + delta), (kept.OffsetDelta, horizon + kept.TimestampDelta));
        }

        Assert.False(kept.IsMalformed);
    }

    [Fact]
    public void A_batch_without_records_keeps_its_offsets_and_sequences()
    {
        using var builder = new RecordBatchBuilder();
        var batch = builder.Build(new RecordBatchOptions
        {
            BaseOffset = 50,
            LastOffsetDelta = 9,
            ProducerId = 5,
            ProducerEpoch = 1,
            BaseSequence = 100,
            MaxTimestampMs = Batches.Time,
        });
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(batch.Span, out var header));
        Assert.Equal((0, 60L, 109), (header.RecordCount, header.NextOffset, header.LastSequence));
        Assert.Equal(Batches.Time, header.MaxTimestamp);
    }

    [Fact]
    public void A_large_batch_grows_the_buffer()
    {
        using var builder = new RecordBatchBuilder();
        var value = new byte[100_000];
        for (var i = 0; i < 50; i++)
        {
            builder.Append(Batches.Time, null, value);
        }

        var batch = builder.Build(RecordBatchOptions.Default);
        Assert.True(batch.Length > 5_000_000);
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(batch.Span, out _));
    }

    [Fact]
    public void The_size_estimate_is_never_too_small()
    {
        using var builder = new RecordBatchBuilder();
        RecordHeader[] headers = [new("clé", Batches.Text("v")), new("none", null)];
        var before = builder.SizeInBytes;
        builder.Append(long.MaxValue, Batches.Text("key"), new byte[1000], headers);
        Assert.InRange(builder.SizeInBytes - before, 1000, RecordBatchBuilder.MaxRecordSize(3, 1000, headers));
    }

    [Fact]
    public void Appending_allocates_nothing_once_the_buffers_have_grown()
    {
        using var builder = new RecordBatchBuilder();
        var key = Batches.Text("some-key");
        var value = Batches.Text("some value that is a little longer");
        RecordHeader[] headers = [new("trace-id", Batches.Text("0123456789"))];
        Fill(builder, key, value, headers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill(builder, key, value, headers);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Fill(
        RecordBatchBuilder builder, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, RecordHeader[] headers)
    {
        builder.Reset();
        for (var i = 0; i < 1000; i++)
        {
            builder.Append(Batches.Time + i, key, value, headers);
        }

        builder.Build(RecordBatchOptions.Default);
    }
}
