using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Segments;
using ActorBroker.Storage.Simulation;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <summary>
/// Compaction's swap: readers see the old or the new, and a stop between any two steps leaves one of them.
/// </summary>
public sealed class ReplaceSegmentsTests : IDisposable
{
    private static readonly LogConfig _config = LogConfig.Default with { SegmentBytes = 900, IndexIntervalBytes = 200 };
    private readonly TestDisk _disk = TestDisk.Memory(new ManualTime());

    private MemoryFileSystem Memory => (MemoryFileSystem)_disk.Files;

    [Fact]
    public void Readers_go_to_the_next_batch_in_the_gaps_and_a_restart_changes_nothing()
    {
        using var harness = Filled("a-0");
        var cleaned = Clean(harness, out var replaced);
        using var before = harness.Log.Read(0, 1 << 20, 30, atLeastOneBatch: true);
        Assert.True(harness.Log.ReplaceSegments(replaced, cleaned));

        var kept = Offsets(harness);
        Assert.True(kept.Count < 30);
        Assert.Equal([0, 2, 4], kept[..3]);
        using (var slice = harness.Log.Read(1, 1, 30, atLeastOneBatch: true))
        {
            Assert.Equal(2, slice.FirstOffset);
        }

        Assert.Equal(0, LogHarness.Split(before.ToArray())[0].BaseOffset);
        harness.KillAndReopen();
        Assert.Equal(kept, Offsets(harness));
        harness.CloseAndReopen();
        Assert.Equal(kept, Offsets(harness));
    }

    [Fact]
    public void A_stop_after_any_step_leaves_the_old_or_the_new_segments()
    {
        var outcomes = new HashSet<int>();
        for (var step = 1; ; step++)
        {
            using var harness = Filled($"kill-{step}");
            var old = Offsets(harness);
            var cleaned = Clean(harness, out var replaced);
            var left = step;
            Memory.NameChanged = _ =>
            {
                if (--left == 0)
                {
                    Memory.Kill();
                    throw new IOException("The process is dead.");
                }
            };
            var finished = Record.Exception(() => harness.Log.ReplaceSegments(replaced, cleaned)) is null;
            Memory.NameChanged = null;
            harness.Reopen(clean: false, 30);

            var offsets = Offsets(harness);
            outcomes.Add(offsets.Count);
            Assert.True(offsets.Count == old.Count || offsets.SequenceEqual(Expected(old, replaced)));
            Assert.Equal(30, harness.Log.LogEndOffset);
            if (finished)
            {
                break;
            }
        }

        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    public void Segments_that_are_gone_meanwhile_are_not_replaced()
    {
        using var harness = Filled("gone-0");
        var cleaned = Clean(harness, out var replaced);
        harness.Log.AdvanceLogStart(25);
        harness.Log.ApplyRetention(30);

        Assert.False(harness.Log.ReplaceSegments(replaced, cleaned));
        Assert.DoesNotContain(Memory.ListFiles(harness.Directory), name => name.EndsWith(".cleaned"));
    }

    public void Dispose() => _disk.Dispose();

    private static List<long> Offsets(LogHarness harness) => [.. harness.ReadAll().Select(header => header.BaseOffset)];

    private static IEnumerable<long> Expected(List<long> old, LogSegment[] replaced) =>
        old.Where(offset => offset >= replaced[^1].Tail.NextOffset || offset % 2 == 0);

    /// <summary>The first three segments, of which every second batch is kept.</summary>
    private static LogSegment Clean(LogHarness harness, out LogSegment[] replaced)
    {
        replaced = harness.Log.Segments[..3];
        var cleaned = harness.Log.CreateCleanedSegment(replaced[0].BaseOffset);
        foreach (var segment in replaced)
        {
            using var reader = new BatchReader(segment, 0, segment.Size);
            while (reader.MoveNext())
            {
                if (reader.Header.BaseOffset % 2 == 0)
                {
                    cleaned.Append([reader.Batch()]);
                }
            }
        }

        return cleaned;
    }

    private LogHarness Filled(string name)
    {
        var harness = new LogHarness(_disk, _config, name);
        harness.Append(30);
        Assert.True(harness.Log.SegmentCount > 4);
        return harness;
    }
}
