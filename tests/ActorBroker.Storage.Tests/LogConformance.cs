using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <summary>What a log does, on any disk.</summary>
public abstract partial class LogConformance : IDisposable
{
    private readonly TestDisk _disk;
    private LogHarness? _harness;

    protected LogConformance(TestDisk disk) => _disk = disk;

    private static LogConfig Small => LogConfig.Default with { SegmentBytes = 2_000, IndexIntervalBytes = 300 };

    [Fact]
    public void A_new_log_is_empty_and_reads_as_empty()
    {
        var log = Start().Log;

        Assert.Equal((0, 0, 0, 1), (log.LogStartOffset, log.LogEndOffset, log.SizeInBytes, log.SegmentCount));
        using var slice = log.Read(0, 1000, 0, atLeastOneBatch: true);
        Assert.True(slice.IsEmpty);
    }

    [Fact]
    public void What_is_appended_is_read_byte_for_byte()
    {
        var harness = Start();
        var batch = harness.Batch(0, records: 3);
        harness.Log.Append([batch]);

        using var slice = harness.Log.Read(0, 1 << 20, 3, atLeastOneBatch: true);
        Assert.Equal(batch.ToArray(), slice.ToArray());
        Assert.Equal(0, slice.FirstOffset);
        Assert.Equal(3, harness.Log.LogEndOffset);
    }

    [Fact]
    public void Every_offset_finds_the_batch_that_holds_it_over_many_segments()
    {
        var harness = Start(Small);
        harness.Append(60, records: 3, valueBytes: 30);

        Assert.True(harness.Log.SegmentCount > 3);
        for (var offset = 0; offset < 180; offset++)
        {
            using var slice = harness.Log.Read(offset, 1, 180, atLeastOneBatch: true);
            var header = Assert.Single(LogHarness.Split(slice.ToArray()));
            Assert.Equal(offset / 3 * 3, header.BaseOffset);
        }
    }

    [Fact]
    public void A_turn_that_passes_segments_is_split_between_them()
    {
        var harness = Start(Small);
        harness.AppendTogether(50, records: 2);

        Assert.True(harness.Log.SegmentCount > 5);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => i * 2L), harness.ReadAll().Select(h => h.BaseOffset));
    }

    [Fact]
    public void A_read_ends_at_whole_batches_within_its_limits()
    {
        var harness = Start(Small with { SegmentBytes = 1 << 20 });
        harness.Append(100, records: 2, valueBytes: 40);
        var size = (int)(harness.Log.SizeInBytes / 100);

        for (var upTo = 0; upTo <= 200; upTo += 2)
        {
            for (var max = 0; max < size * 6; max += size / 2)
            {
                using var slice = harness.Log.Read(20, max, upTo, atLeastOneBatch: false);
                var expected = Math.Clamp(Math.Min(max / size, (upTo - 20) / 2), 0, 90);
                Assert.Equal(expected, LogHarness.Split(slice.ToArray()).Count);
            }
        }
    }

    [Fact]
    public void Only_the_first_batch_may_pass_the_byte_limit()
    {
        var harness = Start();
        harness.Append(2, valueBytes: 1000);

        using var none = harness.Log.Read(0, 100, 2, atLeastOneBatch: false);
        using var one = harness.Log.Read(0, 100, 2, atLeastOneBatch: true);
        Assert.True(none.IsEmpty);
        Assert.Single(LogHarness.Split(one.ToArray()));
    }

    [Fact]
    public void A_clean_stop_is_reopened_as_it_was()
    {
        var harness = Start(Small);
        harness.Append(40);
        var size = harness.Log.SizeInBytes;
        harness.CloseAndReopen();

        Assert.Equal((0, 40, 40, size), Positions(harness.Log));
        Assert.Equal(40, harness.ReadAll().Count);
        harness.Append(10);
        Assert.Equal(50, harness.ReadAll().Count);
    }

    [Fact]
    public void An_unclean_stop_is_recovered_in_full_when_nothing_is_damaged()
    {
        var harness = Start(Small);
        harness.Append(40);
        var size = harness.Log.SizeInBytes;
        harness.KillAndReopen();

        Assert.Equal((0, 40, 0, size), Positions(harness.Log));
        Assert.Equal(40, harness.ReadAll().Count);
        harness.Append(10);
        Assert.Equal(50, harness.ReadAll().Count);
    }

    [Fact]
    public void A_flush_moves_the_recovery_point_to_the_log_end()
    {
        var harness = Start(Small);
        harness.Append(20);
        Assert.Equal(0, harness.Log.RecoveryPoint);
        harness.Log.Flush();
        Assert.Equal(20, harness.Log.RecoveryPoint);
    }

    [Fact]
    public void A_slice_outlives_the_removal_of_its_segment()
    {
        var harness = Start(Small with { RetentionBytes = 0, FileDeleteDelayMs = 0 });
        harness.Append(30);
        using var slice = harness.Log.Read(0, 1 << 20, 30, atLeastOneBatch: true);
        var before = slice.ToArray();

        Assert.True(harness.Log.ApplyRetention(30) > 0);
        Assert.True(harness.Log.DeleteExpiredFiles() > 0);
        Assert.Equal(before, slice.ToArray());
    }

    public void Dispose()
    {
        _harness?.Dispose();
        _disk.Dispose();
        GC.SuppressFinalize(this);
    }

    private static (long Start, long End, long RecoveryPoint, long Size) Positions(PartitionLog log) =>
        (log.LogStartOffset, log.LogEndOffset, log.RecoveryPoint, log.SizeInBytes);

    private LogHarness Start(LogConfig? config = null) => _harness = new LogHarness(_disk, config);
}
