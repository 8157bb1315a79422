using ActorBroker.Core;
using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Simulation;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <summary>Full disks, failing and torn writes, failing syncs, and callers that break the rules.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly LogConfig _config = LogConfig.Default with { SegmentBytes = 900, IndexIntervalBytes = 200 };
    private readonly TestDisk _disk = TestDisk.Memory(new ManualTime());

    private MemoryFileSystem Memory => (MemoryFileSystem)_disk.Files;

    [Fact]
    public void A_full_disk_refuses_the_append_keeps_serving_and_recovers_when_there_is_room()
    {
        using var harness = new LogHarness(_disk, _config);
        harness.Append(10);
        for (var free = 0; free < 900; free += 50)
        {
            Memory.FreeBytes = free;
            var error = Assert.Throws<IOException>(() => harness.AppendTogether(20));
            Assert.True(DiskFull.Is(error));
            Assert.False(harness.Log.IsBroken);
            Assert.Equal((10, 10), (harness.Log.LogEndOffset, harness.ReadAll().Count));
        }

        Memory.FreeBytes = 1 << 20;
        harness.AppendTogether(20);
        Assert.Equal(30, harness.ReadAll().Count);
        harness.KillAndReopen();
        Assert.Equal(30, harness.ReadAll().Count);
    }

    [Fact]
    public void A_torn_gathered_write_leaves_nothing_behind_whichever_byte_it_tore_at()
    {
        using var harness = new LogHarness(_disk, _config);
        harness.Append(3);
        for (var prefix = 0; prefix < 700; prefix += 7)
        {
            var size = harness.Log.SizeInBytes;
            Memory.FailWrite(prefix: prefix);
            Assert.Throws<IOException>(() => harness.AppendTogether(4));
            Assert.Equal((3, size), (harness.Log.LogEndOffset, harness.Log.SizeInBytes));
        }

        harness.AppendTogether(4);
        harness.KillAndReopen();
        Assert.Equal(7, harness.ReadAll().Count);
    }

    [Fact]
    public void Any_write_of_a_turn_over_many_segments_may_fail()
    {
        using var harness = new LogHarness(_disk, _config);
        harness.Append(3);
        var failures = 0;
        for (var skip = 0; ; skip++)
        {
            Memory.FailWrite(skip, prefix: 10);
            try
            {
                harness.AppendTogether(20);
                break;
            }
            catch (IOException)
            {
                failures++;
                Assert.Equal((3, 3), (harness.Log.LogEndOffset, harness.ReadAll().Count));
            }
        }

        Memory.FailWrite(int.MaxValue);
        Assert.True(failures > 3);
        harness.KillAndReopen();
        Assert.Equal(23, harness.ReadAll().Count);
    }

    [Fact]
    public void A_failed_flush_breaks_the_log_until_it_is_reopened()
    {
        using var harness = new LogHarness(_disk, _config);
        harness.Append(3);
        Memory.FailSync();
        Assert.Throws<IOException>(harness.Log.Flush);

        Assert.True(harness.Log.IsBroken);
        Assert.Equal(0, harness.Log.RecoveryPoint);
        Assert.Equal(3, harness.ReadAll().Count);
        Assert.Throws<IOException>(() => harness.Append(1));
        harness.KillAndReopen();
        harness.Append(1);
        Assert.Equal(4, harness.ReadAll().Count);
    }

    [Fact]
    public void A_read_only_disk_refuses_appends_and_serves_reads()
    {
        using var harness = new LogHarness(_disk, _config);
        harness.Append(3);
        Memory.IsReadOnly = true;
        Assert.Throws<UnauthorizedAccessException>(() => harness.Append(1));
        Assert.Equal(3, harness.ReadAll().Count);
        Memory.IsReadOnly = false;
    }

    [Fact]
    public void Batches_out_of_order_or_of_an_older_epoch_are_a_broken_invariant()
    {
        using var harness = new LogHarness(_disk, _config) { LeaderEpoch = 5 };
        harness.Append(3);
        Assert.Throws<InvariantViolationException>(() => harness.Log.Append([harness.Batch(4)]));
        Assert.Throws<InvariantViolationException>(() => harness.Log.Append([harness.Batch(3), harness.Batch(3)]));
        harness.LeaderEpoch = 4;
        Assert.Throws<InvariantViolationException>(() => harness.Log.Append([harness.Batch(3)]));
        harness.LeaderEpoch = 5;
        harness.Append(1);
        Assert.Equal(4, harness.ReadAll().Count);
    }

    [Fact]
    public void Who_reads_a_segment_finds_its_place_though_its_files_are_removed_meanwhile()
    {
        using var harness = new LogHarness(_disk, _config with { RetentionBytes = 1000, FileDeleteDelayMs = 0 });
        var log = harness.Log;
        harness.Append(40);
        log.Flush();
        var segment = log.Segments[0];
        Assert.True(segment.TryAcquire());
        log.ApplyRetention(log.RecoveryPoint);
        log.DeleteExpiredFiles();
        Assert.True(log.LogStartOffset > 3);

        Assert.True(segment.TryFind(2, 300, log.LogEndOffset, atLeastOneBatch: true, out var range));
        segment.Release();

        Assert.Equal(2, range.FirstOffset);
        Assert.DoesNotContain(
            Memory.ListFiles(harness.Directory), static name => name.EndsWith(".deleted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Readers_flushes_and_retention_run_beside_the_writer()
    {
        using var harness = new LogHarness(_disk, _config with { RetentionBytes = 20_000, FileDeleteDelayMs = 0 });
        var log = harness.Log;
        var done = false;
        var reader = Task.Run(
            () =>
            {
                var next = 0L;
                while (!Volatile.Read(ref done) || next < log.LogEndOffset)
                {
                    next = Math.Max(next, log.LogStartOffset);
                    using var slice = log.Read(next, 700, log.LogEndOffset, atLeastOneBatch: true);
                    foreach (var header in LogHarness.Split(slice.ToArray()))
                    {
                        Assert.True(header.BaseOffset >= next);
                        next = header.NextOffset;
                    }
                }

                return next;
            },
            TestContext.Current.CancellationToken);
        var keeper = Task.Run(
            () =>
            {
                bool last;
                do
                {
                    last = Volatile.Read(ref done);
                    log.Flush();
                    log.ApplyRetention(log.RecoveryPoint);
                    log.DeleteExpiredFiles();
                }
                while (!last);
            },
            TestContext.Current.CancellationToken);

        for (var i = 0; i < 500; i++)
        {
            harness.AppendTogether(5);
        }

        Volatile.Write(ref done, true);
        Assert.Equal(2500, await reader);
        await keeper;
        Assert.True(log.LogStartOffset > 0);
    }

    public void Dispose() => _disk.Dispose();
}
