using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Storage.Tests.Compaction;

public sealed class CompactionTests
{
    private static readonly RecordBatchOptions Gzip = new() { Codec = CompressionCodec.Gzip };

    [Fact]
    public void The_latest_record_of_each_key_stays_at_its_offset()
    {
        using var log = new CompactedLog();
        log.Append(("a", "1"), ("b", "1"), ("a", "2"));
        log.Append(("b", "2"), ("c", "1"));
        log.Append(("a", "3"));
        var result = log.RollAndClean();
        Assert.Equal(["b=2@3", "c=1@4", "a=3@5"], Show(log));
        Assert.Equal((6L, 6L, 3L, false), (
            result!.FirstDirtyOffset, result.RecordsBefore, result.RecordsAfter, result.IsPartial));
        Assert.True(result.BytesAfter < result.BytesBefore);
        Assert.Equal((0L, 6L), (log.Log.LogStartOffset, log.Log.LogEndOffset));
    }

    [Fact]
    public void The_active_segment_is_left_alone()
    {
        using var log = new CompactedLog();
        log.Append(("a", "1"), ("a", "2"));
        Assert.Null(log.Clean());
        log.Log.Roll();
        log.Append(("a", "3"), ("a", "4"));
        Assert.NotNull(log.Clean());
        Assert.Equal(["a=2@1", "a=3@2", "a=4@3"], Show(log));
        Assert.Null(log.Clean());
    }

    [Fact]
    public void Later_cleanings_remove_what_earlier_ones_kept()
    {
        using var log = new CompactedLog();
        for (var round = 0; round < 5; round++)
        {
            log.Append(("a", $"{round}"), ($"k{round}", "x"));
            log.RollAndClean();
        }

        Assert.Equal(["k0=x@1", "k1=x@3", "k2=x@5", "k3=x@7", "a=4@8", "k4=x@9"], Show(log));
    }

    [Fact]
    public void Small_segments_are_put_together_within_the_size_limit()
    {
        using var log = new CompactedLog(new LogConfig { SegmentBytes = 1000 });
        for (var i = 0; i < 40; i++)
        {
            log.Append(($"key-{i % 4}", $"{i}"));
            log.Log.Roll();
        }

        Assert.Equal(41, log.Log.SegmentCount);
        log.Clean();
        Assert.InRange(log.Log.SegmentCount, 3, 8);
        Assert.Equal(["key-0=36@36", "key-1=37@37", "key-2=38@38", "key-3=39@39"], Show(log));
        log.Reopen();
        Assert.Equal(["key-0=36@36", "key-1=37@37", "key-2=38@38", "key-3=39@39"], Show(log));
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Snappy)]
    [InlineData(CompressionCodec.Lz4)]
    [InlineData(CompressionCodec.Zstd)]
    public void Compressed_batches_are_filtered_and_stay_compressed(CompressionCodec codec)
    {
        using var log = new CompactedLog();
        var options = new RecordBatchOptions { Codec = codec };
        log.Append(options, ("a", "1"), ("b", "1"), ("c", "1"));
        log.Append(options, ("b", "2"));
        log.RollAndClean();
        Assert.Equal(["a=1@0", "c=1@2", "b=2@3"], Show(log));
        Assert.All(log.Headers(), header => Assert.Equal(codec, header.Codec));
        Assert.Equal((2, 2), (log.Headers()[0].RecordCount, log.Headers()[0].LastOffsetDelta));
    }

    [Fact]
    public void Untouched_batches_keep_their_bytes()
    {
        using var log = new CompactedLog();
        log.Append(Gzip, ("a", "1"), ("b", "1"));
        log.Append(("c", "1"));
        var before = new List<byte[]>();
        log.Walk((batch, _) => before.Add(batch));
        log.RollAndClean();
        var after = new List<byte[]>();
        log.Walk((batch, _) => after.Add(batch));
        Assert.Equal(before, after);
    }

    [Fact]
    public void Records_without_a_key_go()
    {
        using var log = new CompactedLog();
        log.Append((null, "x"), ("a", "1"), (null, null));
        log.RollAndClean();
        Assert.Equal(["a=1@1"], Show(log));
    }

    [Fact]
    public void A_tombstone_outlives_its_first_cleaning_by_delete_retention()
    {
        using var log = new CompactedLog(new LogConfig { DeleteRetentionMs = 1000 });
        log.Append(("a", "1"), ("b", "1"));
        log.Append(("a", null), ("c", "1"));
        log.Time.NowMs += 50_000;
        log.RollAndClean();
        Assert.Equal(["b=1@1", "a=@2", "c=1@3"], Show(log));
        var marked = log.Headers().Single(header => header.HasDeleteHorizon);
        Assert.Equal((2L, log.Time.NowMs + 1000), (marked.BaseOffset, marked.BaseTimestamp));
        Assert.All(log.Read(), record => Assert.Equal(CompactedLog.StartMs, record.TimestampMs));

        log.Time.NowMs += 999;
        log.Append(("x", "1"));
        log.RollAndClean();
        Assert.Contains("a=@2", Show(log));

        log.Time.NowMs += 1;
        log.Append(("x", "2"));
        log.RollAndClean();
        Assert.Equal(["b=1@1", "c=1@3", "x=2@5"], Show(log));
    }

    [Fact]
    public void A_value_after_a_tombstone_is_a_value_again()
    {
        using var log = new CompactedLog(new LogConfig { DeleteRetentionMs = 0 });
        log.Append(("a", "1"));
        log.Append(("a", null));
        log.RollAndClean();
        log.Append(("a", "2"));
        log.RollAndClean();
        Assert.Equal(["a=2@2"], Show(log));
    }

    [Fact]
    public void Young_records_wait_for_min_compaction_lag()
    {
        using var log = new CompactedLog(new LogConfig { MinCompactionLagMs = 1000 });
        log.Append(("a", "1"), ("a", "2"));
        log.Time.NowMs += 600;
        log.Log.Roll();
        log.Append(("a", "3"));
        Assert.Null(log.RollAndClean());
        log.Time.NowMs += 400;
        Assert.NotNull(log.Clean());
        Assert.Equal(["a=2@1", "a=3@2"], Show(log));
        log.Time.NowMs += 600;
        Assert.NotNull(log.Clean());
        Assert.Equal(["a=3@2"], Show(log));
    }

    [Fact]
    public void Nothing_at_or_above_the_given_offset_is_touched()
    {
        using var log = new CompactedLog();
        log.Append(("a", "1"));
        log.Log.Roll();
        log.Append(("a", "2"));
        log.Log.Roll();
        log.Log.Flush();
        Assert.Null(log.Log.Clean(log.Buffers, 0, TestContext.Current.CancellationToken));
        Assert.Equal(1, log.Log.Clean(log.Buffers, 1, TestContext.Current.CancellationToken)!.FirstDirtyOffset);
        Assert.Equal(["a=1@0", "a=2@1"], Show(log));
    }

    [Fact]
    public void What_is_not_flushed_is_not_compacted()
    {
        using var log = new CompactedLog();
        log.Append(("a", "1"), ("a", "2"));
        log.Log.Roll();
        Assert.Null(log.Log.Clean(log.Buffers, long.MaxValue, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_dirty_ratio_counts_bytes_above_the_first_dirty_offset()
    {
        using var log = new CompactedLog();
        Assert.Equal(0, log.Log.GetCleanableState(long.MaxValue).DirtyRatio);
        log.Append(("a", "1"));
        log.Log.Roll();
        log.Log.Flush();
        var state = log.Log.GetCleanableState(long.MaxValue);
        Assert.Equal((1.0, 1L), (state.DirtyRatio, state.UpToOffset));
        Assert.True(state.IsDue(1.0));
        log.Clean();
        Assert.False(log.Log.GetCleanableState(long.MaxValue).IsDue(0));
        log.Append(("b", "1"));
        log.Log.Roll();
        log.Log.Flush();
        Assert.Equal(0.5, log.Log.GetCleanableState(long.MaxValue).DirtyRatio);
        Assert.False(log.Log.GetCleanableState(long.MaxValue).IsDue(0.51));
    }

    [Fact]
    public void Max_compaction_lag_makes_a_log_due_whatever_the_ratio()
    {
        using var log = new CompactedLog(new LogConfig { MaxCompactionLagMs = 1000 });
        log.Append([.. Enumerable.Range(0, 100).Select(i => ((string?)$"{i}", (string?)"x"))]);
        log.RollAndClean();
        log.Append(("a", "1"));
        log.Log.Roll();
        log.Log.Flush();
        log.Time.NowMs += 1000;
        Assert.False(log.Log.GetCleanableState(long.MaxValue).IsDue(0.9));
        log.Time.NowMs += 1;
        Assert.True(log.Log.GetCleanableState(long.MaxValue).IsDue(0.9));
    }

    [Fact]
    public void The_active_segment_rolls_at_max_compaction_lag_so_that_it_can_be_cleaned()
    {
        using var log = new CompactedLog(new LogConfig { MaxCompactionLagMs = 1000 });
        log.Append(("a", "1"), ("a", "2"));
        log.Time.NowMs += 1000;
        Assert.False(log.Log.RollIfExpired());
        log.Time.NowMs += 1;
        Assert.True(log.Log.RollIfExpired());
        log.Log.Flush();
        Assert.True(log.Log.GetCleanableState(long.MaxValue).IsOverdue);
    }

    [Fact]
    public void A_full_table_of_keys_cleans_a_part_and_the_next_cleanings_the_rest()
    {
        using var log = new CompactedLog();
        log.Buffers = new CleaningBuffers(0);
        for (var round = 0; round < 2; round++)
        {
            // One batch has more keys than the smallest table takes.
            log.Append([.. Enumerable.Range(0, 3000).Select(i => ((string?)$"{i}", (string?)$"{round}"))]);
        }

        var cleanings = 0;
        var result = log.RollAndClean();
        for (; result is not null && cleanings < 100; cleanings++)
        {
            result = log.Clean();
        }

        Assert.InRange(cleanings, 4, 20);
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => $"{i}=1@{3000 + i}"), Show(log));
    }

    [Fact]
    public void A_cancelled_cleaning_leaves_the_log_as_it_was()
    {
        using var log = new CompactedLog();
        using var cancel = new CancellationTokenSource();
        log.Append(("a", "1"), ("a", "2"));
        cancel.Cancel();
        log.Cancel = cancel.Token;
        Assert.Throws<OperationCanceledException>(log.RollAndClean);
        log.Cancel = TestContext.Current.CancellationToken;
        Assert.Equal(["a=1@0", "a=2@1"], Show(log));
        Assert.Empty(log.FilesEndingWith(".cleaned"));
        Assert.NotNull(log.Clean());
    }

    [Fact]
    public void A_reader_of_the_old_segment_reads_on()
    {
        using var log = new CompactedLog(new LogConfig { FileDeleteDelayMs = 0 });
        log.Append(("a", "1"), ("a", "2"));
        using var slice = log.Log.Read(0, 1 << 20, 2, atLeastOneBatch: true);
        log.RollAndClean();
        log.Log.DeleteExpiredFiles();
        Assert.Empty(log.FilesEndingWith(".deleted"));
        Assert.Equal(BatchReadResult.Ok, RecordBatch.TryRead(slice.ToArray(), out var header));
        Assert.Equal(2, header.RecordCount);
    }

    [Fact]
    public void A_damaged_segment_stops_the_cleaning_and_stays()
    {
        using var log = new CompactedLog();
        log.Append(("a", "1"), ("a", "2"));
        log.Log.Roll();
        log.Log.Flush();
        var path = log.FilesEndingWith("00.log").Single();
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = file.Length - 1;
            file.WriteByte(0x55);
        }

        var fault = Assert.Throws<IOException>(() => log.Clean());
        Assert.Contains("checksum", fault.Message, StringComparison.Ordinal);
        Assert.Empty(log.FilesEndingWith(".cleaned"));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void A_batch_whose_records_cannot_be_read_is_kept()
    {
        using var log = new CompactedLog();
        var broken = new RecordBatchBuilder();
        broken.Append(CompactedLog.StartMs, CompactedLog.Bytes("a"), CompactedLog.Bytes("1"));
        var batch = broken.Build(RecordBatchOptions.Default).ToArray();
        batch[22] = (byte)CompressionCodec.Gzip;
        RecordBatch.WriteCrc(batch);
        log.Append(batch);
        log.Append(("a", "2"));
        log.RollAndClean();
        var headers = log.Headers();
        Assert.Equal(2, headers.Count);
        Assert.Equal((CompressionCodec.Gzip, 1), (headers[0].Codec, headers[0].RecordCount));
        broken.Dispose();
    }

    [Fact]
    public void Log_append_time_batches_keep_their_time()
    {
        using var log = new CompactedLog();
        log.Append(
            new RecordBatchOptions { TimestampType = TimestampType.LogAppendTime, MaxTimestampMs = 5000 },
            ("a", "1"), ("b", "1"));
        log.Append(("a", "2"));
        log.RollAndClean();
        var header = log.Headers()[0];
        Assert.Equal((1, 5000L, TimestampType.LogAppendTime), (
            header.RecordCount, header.MaxTimestamp, header.TimestampType));
    }

    private static IEnumerable<string> Show(CompactedLog log) =>
        log.Read().Select(record => $"{record.Key}={record.Value}@{record.Offset}");
}
