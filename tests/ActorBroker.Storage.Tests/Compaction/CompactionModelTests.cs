using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage.Simulation;

namespace ActorBroker.Storage.Tests.Compaction;

/// <summary>
/// Random appends, rolls, cleanings, restarts and time, held against a plain list of all that was appended.
/// </summary>
public sealed class CompactionModelTests
{
    private const int DeleteRetentionMs = 5000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Whatever_happens_the_latest_record_of_each_key_is_there_at_its_offset_and_in_order(int seed)
    {
        var random = new Random(seed);
        var config = new LogConfig
        {
            SegmentBytes = 4000,
            IndexIntervalBytes = 500,
            DeleteRetentionMs = DeleteRetentionMs,
        };
        using var log = new CompactedLog(config, new MemoryFileSystem());
        log.Buffers = new CleaningBuffers(seed % 2 == 0 ? 0 : 1 << 20);
        var appended = new List<(string? Key, string? Value, long Ms)>();
        for (var step = 0; step < 300; step++)
        {
            Step(log, random, appended);
            if (step % 20 == 0)
            {
                Check(log, appended);
            }
        }

        log.Log.Roll();
        while (log.Clean() is not null)
        {
        }

        Check(log, appended);
        var keys = log.Read().Select(record => record.Key).ToList();
        Assert.Equal(keys.Distinct().Count(), keys.Count);
        Assert.DoesNotContain(null, keys);
    }

    private static void Step(CompactedLog log, Random random, List<(string? Key, string? Value, long Ms)> appended)
    {
        switch (random.Next(20))
        {
            case 0:
                log.Log.Roll();
                break;
            case 1:
                log.Clean();
                break;
            case 2:
                log.RollAndClean();
                break;
            case 3:
                log.Log.Flush();
                log.Reopen(cleanly: random.Next(2) == 0);
                break;
            case 4:
                log.Time.NowMs += random.Next(DeleteRetentionMs);
                break;
            default:
                Append(log, random, appended);
                break;
        }
    }

    private static void Append(CompactedLog log, Random random, List<(string? Key, string? Value, long Ms)> appended)
    {
        var records = new (string? Key, string? Value)[random.Next(1, 12)];
        foreach (ref var record in records.AsSpan())
        {
            record.Key = random.Next(30) == 0 ? null : $"key-{random.Next(40)}";
            record.Value = random.Next(4) == 0 ? null : new string((char)random.Next('a', 'z'), random.Next(100));
        }

        log.Time.NowMs += random.Next(50);
        var codec = (CompressionCodec)random.Next(5);
        Assert.Equal(appended.Count, log.Append(new RecordBatchOptions { Codec = codec }, records));
        appended.AddRange(records.Select(record => (record.Key, record.Value, log.Time.NowMs)));
    }

    private static void Check(CompactedLog log, List<(string? Key, string? Value, long Ms)> appended)
    {
        Assert.Equal(appended.Count, log.Log.LogEndOffset);
        var stored = log.Read();
        var last = -1L;
        foreach (var record in stored)
        {
            Assert.True(record.Offset > last);
            last = record.Offset;
            var (key, value, ms) = appended[(int)record.Offset];
            Assert.Equal((key, value, ms, 1), (record.Key, record.Value, record.TimestampMs, record.Headers));
        }

        var offsets = stored.Select(record => record.Offset).ToHashSet();
        var latest = new Dictionary<string, int>();
        for (var offset = 0; offset < appended.Count; offset++)
        {
            if (appended[offset].Key is { } key)
            {
                latest[key] = offset;
            }
        }

        foreach (var (key, offset) in latest)
        {
            // A tombstone may be gone, but then nothing older of its key may have come back.
            if (appended[offset].Value is not null)
            {
                Assert.Contains(offset, offsets);
            }
            else if (!offsets.Contains(offset))
            {
                Assert.DoesNotContain(stored, record => record.Key == key);
                Assert.True(log.Time.NowMs - appended[offset].Ms >= DeleteRetentionMs);
            }
        }
    }
}
