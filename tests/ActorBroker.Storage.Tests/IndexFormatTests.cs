using System.Buffers.Binary;
using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <summary>The index files hold what Kafka's tools expect: parsed here byte by byte, not by our reader.</summary>
public sealed class IndexFormatTests : IDisposable
{
    private readonly TestDisk _disk = TestDisk.Memory(new ManualTime());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Entries_point_at_batches_and_ascend(bool rebuilt)
    {
        using var harness = new LogHarness(
            _disk, LogConfig.Default with { SegmentBytes = 4000, IndexIntervalBytes = 500 });
        for (var i = 0; i < 80; i++)
        {
            harness.Append(1, records: 2, valueBytes: 30);
            harness.Time.NowMs += 7;
        }

        if (rebuilt)
        {
            harness.KillAndReopen();
        }

        harness.Log.Close();
        var logs = _disk.Files.ListFiles(harness.Directory).Where(name => name.EndsWith(".log")).Order().ToList();
        Assert.True(logs.Count > 2);
        foreach (var log in logs)
        {
            CheckSegment(Path.Combine(harness.Directory, log), long.Parse(log[..20]));
        }
    }

    public void Dispose() => _disk.Dispose();

    private void CheckSegment(string logPath, long baseOffset)
    {
        var positions = new Dictionary<int, (long LastOffset, long MaxSoFar)>();
        var position = 0;
        var max = -1L;
        var end = 0L;
        foreach (var header in LogHarness.Split(_disk.ReadAllBytes(logPath)))
        {
            max = Math.Max(max, header.MaxTimestamp);
            positions[position] = (header.LastOffset, max);
            position += header.SizeInBytes;
            end = header.LastOffset;
        }

        var offsets = _disk.ReadAllBytes(Path.ChangeExtension(logPath, ".index"));
        Assert.Equal(0, offsets.Length % 8);
        Assert.InRange(offsets.Length / 8, position > 3000 ? 4 : 0, position / 500);
        var last = -1;
        for (var at = 0; at < offsets.Length; at += 8)
        {
            var relative = BinaryPrimitives.ReadInt32BigEndian(offsets.AsSpan(at));
            var place = BinaryPrimitives.ReadInt32BigEndian(offsets.AsSpan(at + 4));
            Assert.Equal(positions[place].LastOffset, baseOffset + relative);
            Assert.True(place - last > 500 || last < 0);
            last = place;
        }

        var times = _disk.ReadAllBytes(Path.ChangeExtension(logPath, ".timeindex"));
        Assert.Equal(0, times.Length % 12);
        var previous = (-1L, -1L);
        for (var at = 0; at < times.Length; at += 12)
        {
            var entry = (
                BinaryPrimitives.ReadInt64BigEndian(times.AsSpan(at)),
                baseOffset + BinaryPrimitives.ReadInt32BigEndian(times.AsSpan(at + 8)));
            Assert.True(entry.Item1 > previous.Item1 && entry.Item2 > previous.Item2);
            Assert.Contains((entry.Item2, entry.Item1), positions.Values);
            previous = entry;
        }

        Assert.Equal((max, end), previous);
    }
}
