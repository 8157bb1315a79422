using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Recovery;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <summary>
/// Snapshots make opening fast and change nothing: the producers are what a full replay makes of the log.
/// </summary>
public sealed class ProducerSnapshotTests : IDisposable
{
    private static readonly LogConfig _config = LogConfig.Default with { SegmentBytes = 900, IndexIntervalBytes = 200 };
    private readonly TestDisk _disk = TestDisk.Memory(new ManualTime());

    [Fact]
    public void A_start_from_snapshots_equals_a_full_replay()
    {
        using var harness = Filled();
        var expected = harness.Producers.Snapshot();
        harness.KillAndReopen();
        Assert.Equal(expected, harness.Producers.Snapshot());
        Assert.InRange(harness.Producers.Replays, 0, 6);

        harness.Log.Dispose();
        RemoveSnapshots(harness);
        harness.Reopen(clean: false, 0);
        Assert.Equal(expected, harness.Producers.Snapshot());
        Assert.Equal(60, harness.Producers.Replays);
    }

    [Fact]
    public void A_clean_stop_leaves_a_snapshot_that_needs_no_replay()
    {
        using var harness = Filled();
        var expected = harness.Producers.Snapshot();
        harness.CloseAndReopen();
        Assert.Equal(expected, harness.Producers.Snapshot());
        Assert.Equal(0, harness.Producers.Replays);
    }

    [Fact]
    public void Every_damaged_byte_of_the_newest_snapshot_is_noticed()
    {
        using var harness = Filled();
        var expected = harness.Producers.Snapshot();
        harness.Log.Close();
        var path = Path.Combine(harness.Directory, "00000000000000000060.snapshot");
        var bytes = _disk.ReadAllBytes(path);
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x10;
            Assert.Null(ProducerSnapshots.Decode(damaged));
            Assert.Null(ProducerSnapshots.Decode(bytes.AsSpan(0, at)));
        }

        _disk.WriteAllBytes(path, bytes.AsSpan(0, bytes.Length - 1));
        harness.Reopen(clean: true, 60);
        Assert.Equal(expected, harness.Producers.Snapshot());
    }

    [Fact]
    public void Truncation_takes_the_producers_back()
    {
        using var harness = Filled();
        harness.Log.TruncateTo(31);
        var after = harness.Producers.Snapshot();
        harness.Log.Dispose();
        RemoveSnapshots(harness);
        harness.Reopen(clean: false, 0);
        Assert.Equal(harness.Producers.Snapshot(), after);
        Assert.All(after, entry => Assert.True(entry.LastOffset < 31));
    }

    [Fact]
    public void A_state_ahead_of_the_log_is_not_stored()
    {
        using var harness = new LogHarness(_disk, _config);
        var batch = harness.Batch(40, producerId: 9, sequence: 0);
        Assert.True(Records.RecordBatchHeader.TryRead(batch.Span, out var header));
        harness.Producers.Append(header);
        harness.Append(30);
        Assert.DoesNotContain(_disk.Files.ListFiles(harness.Directory), name => name.EndsWith(".snapshot"));
    }

    [Fact]
    public void Old_snapshots_go_with_their_segments_except_the_last_two()
    {
        using var harness = Filled();
        harness.Log.UpdateConfig(_config with { RetentionBytes = 0 });
        harness.Log.ApplyRetention(60);
        Assert.Equal(2, _disk.Files.ListFiles(harness.Directory).Count(name => name.EndsWith(".snapshot")));
    }

    public void Dispose() => _disk.Dispose();

    private LogHarness Filled()
    {
        var harness = new LogHarness(_disk, _config);
        for (var i = 0; i < 60; i++)
        {
            harness.AppendFrom(producerId: 100 + (i % 4), sequence: i / 4);
        }

        return harness;
    }

    private void RemoveSnapshots(LogHarness harness)
    {
        var names = _disk.Files.ListFiles(harness.Directory).Where(name => name.EndsWith(".snapshot"));
        foreach (var name in names.ToList())
        {
            _disk.Files.DeleteFile(Path.Combine(harness.Directory, name));
        }
    }
}
