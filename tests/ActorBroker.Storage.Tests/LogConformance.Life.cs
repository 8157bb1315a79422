using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

// Rolling, retention, look-ups by time, truncation, epochs, DeleteRecords.
public abstract partial class LogConformance
{
    [Fact]
    public void A_segment_rolls_when_its_first_batch_is_older_than_segment_ms()
    {
        var harness = Start(LogConfig.Default with { SegmentMs = 1000 });
        harness.Append(1);
        harness.Time.NowMs += 900;
        harness.Append(1);
        Assert.Equal(1, harness.Log.SegmentCount);
        harness.Time.NowMs += 200;
        harness.Append(1);
        Assert.Equal(2, harness.Log.SegmentCount);

        Assert.False(harness.Log.RollIfExpired());
        harness.Time.NowMs += 1001;
        Assert.True(harness.Log.RollIfExpired());
        Assert.False(harness.Log.RollIfExpired());
        Assert.Equal(3, harness.Log.SegmentCount);
    }

    [Fact]
    public void A_full_index_rolls_the_segment()
    {
        var harness = Start(LogConfig.Default with { IndexIntervalBytes = 0, SegmentIndexBytes = 48 });
        harness.Append(20);

        Assert.Equal(3, harness.Log.SegmentCount);
        Assert.Equal(20, harness.ReadAll().Count);
    }

    [Fact]
    public void Retention_by_size_keeps_at_least_that_much()
    {
        var harness = Start(Small with { RetentionBytes = 5_000 });
        harness.Append(60);
        Assert.True(harness.Log.ApplyRetention(60) > 0);

        Assert.InRange(harness.Log.SizeInBytes, 5_000, 7_000);
        Assert.Equal(harness.Log.LogStartOffset, harness.ReadAll(harness.Log.LogStartOffset)[0].BaseOffset);
        Assert.Equal(0, harness.Log.ApplyRetention(60));
    }

    [Fact]
    public void Retention_by_time_takes_an_expired_active_segment_too_and_never_gives_its_offsets_again()
    {
        var harness = Start(Small with { RetentionMs = 10_000 });
        harness.Append(30);
        Assert.Equal(0, harness.Log.ApplyRetention(30));
        harness.Time.NowMs += 10_100;
        Assert.True(harness.Log.ApplyRetention(30) > 0);

        Assert.Equal((30, 30, 0, 1), State(harness.Log));
        harness.CloseAndReopen();
        Assert.Equal((30, 30, 0, 1), State(harness.Log));
        harness.Append(1);
        Assert.Equal(30, Assert.Single(harness.ReadAll(30)).BaseOffset);
    }

    [Fact]
    public void Retention_stops_at_the_high_watermark_and_for_compacted_topics()
    {
        var harness = Start(Small with { RetentionBytes = 0 });
        harness.Append(30);
        Assert.Equal(0, harness.Log.ApplyRetention(0));
        harness.Log.UpdateConfig(Small with { RetentionBytes = 0, Delete = false, Compact = true });
        Assert.Equal(0, harness.Log.ApplyRetention(30));
        harness.Log.UpdateConfig(Small with { RetentionBytes = 0 });
        harness.Log.ApplyRetention(20);
        Assert.InRange(harness.Log.LogStartOffset, 10, 20);
    }

    [Fact]
    public void Removed_files_stay_under_another_name_for_a_while()
    {
        var harness = Start(Small with { RetentionBytes = 0, FileDeleteDelayMs = 60_000 });
        harness.Append(30);
        harness.Log.ApplyRetention(30);
        Assert.Contains(harness.Disk.Files.ListFiles(harness.Directory), name => name.EndsWith(".log.deleted"));
        Assert.Equal(0, harness.Log.DeleteExpiredFiles());

        harness.Time.NowMs += 60_000;
        Assert.True(harness.Log.DeleteExpiredFiles() > 0);
        Assert.DoesNotContain(harness.Disk.Files.ListFiles(harness.Directory), name => name.EndsWith(".deleted"));
    }

    [Fact]
    public void A_start_removes_set_aside_and_unfinished_files()
    {
        var harness = Start(Small with { RetentionBytes = 0 });
        harness.Append(30);
        harness.Log.ApplyRetention(30);
        harness.Disk.WriteAllBytes(Path.Combine(harness.Directory, "00000000000000000007.log.cleaned"), [1, 2, 3]);
        harness.KillAndReopen();

        Assert.DoesNotContain(
            harness.Disk.Files.ListFiles(harness.Directory),
            name => name.EndsWith(".deleted") || name.EndsWith(".cleaned"));
    }

    [Fact]
    public void Delete_records_moves_the_start_at_once_and_the_segments_at_the_next_retention()
    {
        var harness = Start(Small);
        harness.Append(60);
        var segments = harness.Log.SegmentCount;
        Assert.True(harness.Log.AdvanceLogStart(45));
        Assert.False(harness.Log.AdvanceLogStart(40));
        Assert.Equal((45, segments), (harness.Log.LogStartOffset, harness.Log.SegmentCount));

        Assert.True(harness.Log.ApplyRetention(60) > 0);
        Assert.Equal(45, harness.Log.LogStartOffset);
        harness.Log.Close();
        harness.Reopen(clean: true, 60, logStartOffset: 45);
        Assert.Equal((45, 60), (harness.Log.LogStartOffset, harness.Log.LogEndOffset));
    }

    [Theory]
    [InlineData(CompressionCodec.None)]
    [InlineData(CompressionCodec.Gzip)]
    [InlineData(CompressionCodec.Lz4)]
    public void A_time_finds_the_first_record_at_or_after_it(CompressionCodec codec)
    {
        var harness = Start(Small);
        harness.Codec = codec;
        for (var i = 0; i < 50; i++)
        {
            harness.Append(1, records: 3);
            harness.Time.NowMs += 10;
        }

        for (var i = 0; i < 50; i++)
        {
            var start = ManualTime.StartMs + (i * 10);
            Assert.Equal(new TimestampOffset(start + 1, (i * 3) + 1, 0), harness.Log.FindByTimestamp(start + 1, 150));
            var next = i == 49 ? (TimestampOffset?)null : new TimestampOffset(start + 10, (i + 1) * 3, 0);
            Assert.Equal(next, harness.Log.FindByTimestamp(start + 3, 150));
        }

        Assert.Equal(new TimestampOffset(ManualTime.StartMs, 0, 0), harness.Log.FindByTimestamp(0, 150));
        Assert.Null(harness.Log.FindByTimestamp(ManualTime.StartMs + 400, 100));
    }

    [Fact]
    public void The_largest_time_below_a_bound_is_found_whatever_the_order_of_times()
    {
        var harness = Start(Small);
        long[] times = [50, 10, 90, 20, 90, 30];
        for (var i = 0; i < times.Length; i++)
        {
            harness.Log.Append([harness.Batch(i, valueBytes: 700, timeMs: times[i])]);
        }

        Assert.Equal(new TimestampOffset(90, 2, 0), harness.Log.FindMaxTimestamp(6));
        Assert.Equal(new TimestampOffset(50, 0, 0), harness.Log.FindMaxTimestamp(2));
        Assert.Null(harness.Log.FindMaxTimestamp(0));
        harness.CloseAndReopen();
        Assert.Equal(new TimestampOffset(90, 2, 0), harness.Log.FindMaxTimestamp(6));
        harness.KillAndReopen();
        Assert.Equal(new TimestampOffset(90, 2, 0), harness.Log.FindByTimestamp(60, 6));
    }

    [Fact]
    public void A_truncated_log_ends_there_and_goes_on_from_there()
    {
        for (var to = 0; to <= 40; to += 3)
        {
            using var harness = new LogHarness(_disk, Small, $"cut-{to}");
            harness.Append(40);
            harness.Log.Flush();
            harness.Log.TruncateTo(to);
            Assert.Equal((to, to), (harness.Log.LogEndOffset, harness.Log.RecoveryPoint));
            Assert.Equal(to, harness.ReadAll().Count);
            harness.Append(5);
            harness.KillAndReopen();
            Assert.Equal(to + 5, harness.ReadAll().Count);
        }
    }

    [Fact]
    public void A_log_truncated_in_full_starts_anew_at_the_offset()
    {
        var harness = Start(Small);
        harness.Append(40);
        harness.Log.TruncateFullyAndStartAt(1000, previousEpoch: 0);
        Assert.Equal((1000, 1000, 0, 1), State(harness.Log));
        harness.Append(3);
        harness.KillAndReopen();
        Assert.Equal((1000, 1003), (harness.Log.LogStartOffset, harness.Log.LogEndOffset));
        Assert.Equal([new EpochEntry(0, 999)], harness.Log.Epochs.Entries);
    }

    [Fact]
    public void Epochs_are_known_from_appends_and_assignments_and_survive()
    {
        var harness = Start(Small);
        harness.Append(5);
        harness.Log.Epochs.Assign(3, 5);
        harness.LeaderEpoch = 3;
        harness.Append(5);
        harness.LeaderEpoch = 7;
        harness.Append(5);

        for (var i = 0; i < 2; i++)
        {
            var epochs = harness.Log.Epochs;
            Assert.Equal([new(0, 0), new(3, 5), new(7, 10)], epochs.Entries);
            Assert.Equal((3, 10L), epochs.EndOffsetFor(5, 15));
            Assert.Equal((7, 15L), epochs.EndOffsetFor(7, 15));
            Assert.Equal((-1, -1L), epochs.EndOffsetFor(8, 15));
            Assert.Equal([0, 3, 7], [epochs.EpochAt(4), epochs.EpochAt(5), epochs.EpochAt(14)]);
            harness.KillAndReopen();
        }

        harness.Log.TruncateTo(7);
        Assert.Equal([new(0, 0), new(3, 5)], harness.Log.Epochs.Entries);
        harness.Log.AdvanceLogStart(5);
        Assert.Equal([new(0, 4), new(3, 5)], harness.Log.Epochs.Entries);
        harness.Log.AdvanceLogStart(7);
        Assert.Equal([new EpochEntry(3, 6)], harness.Log.Epochs.Entries);
        Assert.Null(harness.Log.Epochs.EpochAt(5));
        Assert.Equal((1, 6L), harness.Log.Epochs.EndOffsetFor(1, 7));
    }

    [Fact]
    public void A_lost_epoch_file_is_made_again_from_the_batches()
    {
        var harness = Start(Small);
        harness.Append(5);
        harness.LeaderEpoch = 4;
        harness.Append(30);
        harness.Disk.WriteAllBytes(Path.Combine(harness.Directory, "leader-epoch-checkpoint"), "0\n9\n"u8);
        harness.KillAndReopen();
        Assert.Equal([new(0, 0), new(4, 5)], harness.Log.Epochs.Entries);
    }

    [Fact]
    public void A_deleted_partition_leaves_its_name_free()
    {
        var harness = Start(Small);
        harness.Append(10);
        using var slice = harness.Log.Read(0, 1 << 20, 10, atLeastOneBatch: true);
        var aside = harness.Log.MoveAside();

        Assert.EndsWith("-delete", aside);
        Assert.False(harness.Disk.Files.DirectoryExists(harness.Directory));
        Assert.Equal(10, LogHarness.Split(slice.ToArray()).Count);
        harness.Reopen(clean: false, 0);
        Assert.Equal(0, harness.Log.LogEndOffset);
    }

    private static (long Start, long End, long Size, int Segments) State(PartitionLog log) =>
        (log.LogStartOffset, log.LogEndOffset, log.SizeInBytes, log.SegmentCount);
}
