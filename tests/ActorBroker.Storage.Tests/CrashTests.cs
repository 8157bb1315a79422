using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Simulation;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <summary>
/// Stops at every byte, damage to every byte, and what a disk loses: never invents, never reorders, never cuts what is
/// intact.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private static readonly LogConfig _config = LogConfig.Default with { SegmentBytes = 900, IndexIntervalBytes = 200 };
    private readonly TestDisk _disk = TestDisk.Memory(new ManualTime());

    private MemoryFileSystem Memory => (MemoryFileSystem)_disk.Files;

    [Fact]
    public void A_tail_cut_at_any_byte_leaves_every_whole_batch()
    {
        using var harness = Filled(out var ends);
        var path = LastLog(harness);
        var bytes = _disk.ReadAllBytes(path);
        var firstInLast = 14 - ends.Count;
        for (var length = 0; length <= bytes.Length; length++)
        {
            _disk.WriteAllBytes(path, bytes.AsSpan(0, length));
            harness.Reopen(clean: false, 0);

            var whole = firstInLast + ends.Count(end => end <= length);
            AssertIntact(harness, whole);
            harness.Append(1);
            AssertIntact(harness, whole + 1);
            harness.Log.Dispose();
            RemoveAfter(harness, path);
        }
    }

    [Fact]
    public void A_flipped_byte_anywhere_in_the_last_segment_cuts_the_log_right_before_its_batch()
    {
        using var harness = Filled(out var ends);
        var path = LastLog(harness);
        var bytes = _disk.ReadAllBytes(path);
        var firstInLast = 14 - ends.Count;
        foreach (var mask in (byte[])[0x01, 0x80, 0xFF])
        {
            for (var at = 0; at < bytes.Length; at++)
            {
                var damaged = (byte[])bytes.Clone();
                damaged[at] ^= mask;
                _disk.WriteAllBytes(path, damaged);
                harness.Reopen(clean: false, 0);
                AssertIntact(harness, firstInLast + ends.Count(end => end <= at));
                harness.Log.Dispose();
            }
        }
    }

    [Fact]
    public void A_bad_batch_in_an_earlier_unflushed_segment_drops_the_later_segments()
    {
        using var harness = Filled(out _);
        var first = Path.Combine(harness.Directory, "00000000000000000000.log");
        var end = LogHarness.Split(_disk.ReadAllBytes(first)).Count;
        Memory.Corrupt(first, _disk.ReadAllBytes(first).Length - 1);
        harness.Reopen(clean: false, 0);

        Assert.Equal(end - 1, harness.Log.LogEndOffset);
        Assert.Equal(1, harness.Log.SegmentCount);
        AssertIntact(harness, (int)harness.Log.LogEndOffset);
    }

    [Fact]
    public void Flushed_records_survive_power_loss_and_whatever_else_survives_is_a_prefix()
    {
        var random = new Random(42);
        for (var round = 0; round < 200; round++)
        {
            using var harness = new LogHarness(_disk, _config, $"power-{round}");
            var flushed = 0L;
            for (var turn = 0; turn < random.Next(1, 12); turn++)
            {
                harness.AppendTogether(random.Next(1, 6));
                if (random.Next(3) == 0)
                {
                    harness.Log.Flush();
                    flushed = harness.Log.RecoveryPoint;
                }
            }

            var written = harness.Log.LogEndOffset;
            Memory.Crash((_, unsynced) => random.Next(unsynced + 1));
            harness.Reopen(clean: false, flushed);
            Assert.InRange(harness.Log.LogEndOffset, flushed, written);
            AssertIntact(harness, (int)harness.Log.LogEndOffset);
            harness.Append(2);
            AssertIntact(harness, (int)harness.Log.LogEndOffset);
        }
    }

    [Fact]
    public void A_segment_made_before_a_reopening_survives_power_loss_after_the_next_flush()
    {
        using var harness = new LogHarness(_disk, _config, "reopened");
        harness.Append(1);
        harness.Log.Flush();
        harness.Log.Roll();
        harness.Log.Dispose();
        harness.Reopen(clean: false, 1);
        harness.Append(1);
        harness.Log.Flush();
        Assert.Equal(2, harness.Log.RecoveryPoint);

        Memory.Crash();
        harness.Reopen(clean: false, 2);
        AssertIntact(harness, 2);
    }

    [Fact]
    public void What_was_cut_does_not_come_back_when_power_is_lost()
    {
        using var harness = new LogHarness(_disk, _config, "cut");
        harness.Append(5);
        harness.Log.Flush();
        harness.Log.TruncateTo(2);
        harness.LeaderEpoch = 1;
        harness.Append(3);

        Memory.Crash();
        harness.Reopen(clean: false, 2);

        AssertIntact(harness, 2);
    }

    [Fact]
    public void What_a_cut_took_away_that_could_not_be_synced_does_not_come_back_after_the_next_flush()
    {
        using var harness = new LogHarness(_disk, _config, "unsynced cut");
        harness.Append(5);
        harness.Log.Flush();
        Memory.FailSync();
        Assert.Throws<IOException>(() => harness.Log.TruncateTo(2));
        harness.Log.Dispose();
        harness.Reopen(clean: false, 2);
        harness.Log.Flush();
        harness.LeaderEpoch = 1;
        harness.Append(3);

        Memory.Crash();
        harness.Reopen(clean: false, 2);

        AssertIntact(harness, 2);
    }

    [Fact]
    public void The_indexes_of_a_segment_that_was_flushed_to_its_end_survive_power_loss()
    {
        using var harness = new LogHarness(_disk, _config with { SegmentBytes = 1 << 20 }, "indexes");
        harness.Append(14);
        harness.Log.Flush();
        harness.Log.Roll();
        harness.Append(1);
        harness.Log.Flush();
        var index = Path.Combine(harness.Directory, "00000000000000000000.index");
        var times = Path.Combine(harness.Directory, "00000000000000000000.timeindex");
        var (expected, expectedTimes) = (_disk.ReadAllBytes(index), _disk.ReadAllBytes(times));
        Assert.True(expected.Length > 8 && expectedTimes.Length > 0);

        Memory.Crash();

        Assert.Equal(expected, _disk.ReadAllBytes(index));
        Assert.Equal(expectedTimes, _disk.ReadAllBytes(times));
        harness.Reopen(clean: false, 15);
        AssertIntact(harness, 15);
    }

    [Fact]
    public void A_checkpoint_of_epochs_that_is_cut_at_any_byte_is_found_again_in_the_records()
    {
        using var harness = new LogHarness(_disk, LogConfig.Default, "epochs");
        harness.Append(12);
        harness.LeaderEpoch = 31;
        harness.Append(3);
        harness.Log.Flush();
        var expected = harness.Log.Epochs.Entries;
        Assert.Equal([new EpochEntry(0, 0), new EpochEntry(31, 12)], expected);
        var path = Path.Combine(harness.Directory, "leader-epoch-checkpoint");
        var whole = _disk.ReadAllBytes(path);
        for (var length = 0; length <= whole.Length; length++)
        {
            harness.Log.Dispose();
            _disk.WriteAllBytes(path, whole.AsSpan(0, length));
            harness.Reopen(clean: false, 15);

            Assert.Equal(expected, harness.Log.Epochs.Entries);
            AssertIntact(harness, 15);
        }
    }

    [Fact]
    public void A_clean_stop_survives_power_loss_in_full()
    {
        using var harness = Filled(out _);
        harness.Log.Close();
        Memory.Crash();
        harness.Reopen(clean: true, 14);
        AssertIntact(harness, 14);
        Assert.Equal(14, harness.Log.RecoveryPoint);
    }

    [Fact]
    public void A_lost_tail_of_a_middle_segment_is_no_gap_in_the_log()
    {
        using var harness = Filled(out _);
        var first = Path.Combine(harness.Directory, "00000000000000000000.log");
        var bytes = _disk.ReadAllBytes(first);
        var headers = LogHarness.Split(bytes);
        harness.Log.Dispose();
        _disk.WriteAllBytes(first, bytes.AsSpan(0, bytes.Length - headers[^1].SizeInBytes));
        harness.Reopen(clean: false, 0);
        AssertIntact(harness, headers.Count - 1);
    }

    [Fact]
    public void Missing_and_damaged_indexes_are_made_again()
    {
        using var harness = Filled(out _);
        harness.Log.Close();
        foreach (var name in Memory.ListFiles(harness.Directory).Where(name => name.EndsWith("index")).ToList())
        {
            var path = Path.Combine(harness.Directory, name);
            if (name.EndsWith(".timeindex"))
            {
                Memory.DeleteFile(path);
            }
            else
            {
                _disk.WriteAllBytes(path, [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]);
            }
        }

        harness.Reopen(clean: true, 14);
        AssertIntact(harness, 14);
        Assert.Equal(0, harness.Log.FindByTimestamp(0, 14)?.Offset);
        Assert.Contains("00000000000000000000.timeindex", Memory.ListFiles(harness.Directory));
    }

    [Fact]
    public void A_log_start_above_the_log_end_is_where_the_log_starts_anew()
    {
        using var harness = Filled(out _);
        harness.Log.Dispose();
        harness.Reopen(clean: false, 0, logStartOffset: 50);
        Assert.Equal((50, 50), (harness.Log.LogStartOffset, harness.Log.LogEndOffset));
    }

    public void Dispose() => _disk.Dispose();

    /// <summary>14 batches in several segments, killed; and where the batches of the last segment end.</summary>
    private LogHarness Filled(out List<int> ends)
    {
        var harness = new LogHarness(_disk, _config);
        harness.Append(14, valueBytes: 60);
        harness.Log.Dispose();
        ends = [];
        foreach (var header in LogHarness.Split(_disk.ReadAllBytes(LastLog(harness))))
        {
            ends.Add(ends.LastOrDefault() + header.SizeInBytes);
        }

        Assert.True(ends.Count > 1);
        harness.Reopen(clean: false, 0);
        Assert.True(harness.Log.SegmentCount > 2);
        return harness;
    }

    private static void AssertIntact(LogHarness harness, int batches)
    {
        Assert.Equal(batches, harness.Log.LogEndOffset);
        Assert.Equal(Enumerable.Range(0, batches).Select(i => (long)i), harness.ReadAll().Select(h => h.BaseOffset));
    }

    private string LastLog(LogHarness harness) => Path.Combine(
        harness.Directory, _disk.Files.ListFiles(harness.Directory).Where(name => name.EndsWith(".log")).Max()!);

    private void RemoveAfter(LogHarness harness, string path)
    {
        foreach (var name in Memory.ListFiles(harness.Directory))
        {
            if (string.CompareOrdinal(name, Path.GetFileName(path)) > 0 && name.EndsWith(".log"))
            {
                Memory.DeleteFile(Path.Combine(harness.Directory, name));
            }
        }
    }
}
