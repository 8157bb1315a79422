using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Simulation;

namespace ActorBroker.Storage.Tests.Compaction;

public sealed class CompactionRecoveryTests
{
    private static readonly string[] _latest = ["k0=36@36", "k1=37@37", "k2=38@38", "k3=39@39"];

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(40)]
    public void A_recovery_point_from_before_the_cleaning_loses_nothing(long recoveryPoint)
    {
        using var log = Filled(new MemoryFileSystem());
        log.Clean();
        var before = log.Read();
        log.Reopen(recoveryPoint: recoveryPoint);
        Assert.Equal(before, log.Read());
        Assert.Equal(40, log.Log.LogEndOffset);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stop_at_any_step_of_a_cleaning_loses_nothing(bool isPowerLoss)
    {
        var completed = false;
        for (var step = 1; !completed; step++)
        {
            var memory = new MemoryFileSystem();
            using var log = Filled(memory);
            log.Log.Flush();
            var left = step;
            memory.NameChanged = _ =>
            {
                if (--left == 0)
                {
                    Stop(memory, isPowerLoss);
                    throw new IOException("The machine is down.");
                }
            };
            completed = Record.Exception(() => log.Clean()) is null;
            memory.NameChanged = null;
            log.Reopen(recoveryPoint: 40);
            Check(log);
        }
    }

    [Fact]
    public void A_failed_write_leaves_the_log_as_it_was()
    {
        var memory = new MemoryFileSystem();
        using var log = Filled(memory);
        log.Log.Flush();
        memory.FailWrite(skip: 0, prefix: 10);
        Assert.Throws<IOException>(() => log.Clean());
        Assert.Empty(log.FilesEndingWith(".cleaned"));
        Assert.Equal(40, log.Read().Count);
        Assert.NotNull(log.Clean());
        Check(log);
    }

    private static void Stop(MemoryFileSystem memory, bool isPowerLoss)
    {
        if (isPowerLoss)
        {
            memory.Crash();
        }
        else
        {
            memory.Kill();
        }
    }

    private static void Check(CompactedLog log)
    {
        var shown = log.Read().ConvertAll(record => $"{record.Key}={record.Value}@{record.Offset}");
        Assert.Equal(_latest, shown.TakeLast(4));
        Assert.Equal(shown.Count, shown.Distinct().Count());
        Assert.Empty(log.FilesEndingWith(".cleaned"));
        Assert.Empty(log.FilesEndingWith(".swap"));
        log.Clean();
        Assert.Equal(_latest, log.Read().Select(record => $"{record.Key}={record.Value}@{record.Offset}"));
        Assert.Equal(40, log.Log.LogEndOffset);
    }

    /// <summary>Forty small segments of one record each, four keys, and an empty active segment.</summary>
    private static CompactedLog Filled(MemoryFileSystem memory)
    {
        var log = new CompactedLog(new LogConfig { SegmentBytes = 1000 }, memory);
        for (var i = 0; i < 40; i++)
        {
            log.Append(($"k{i % 4}", $"{i}"));
            log.Log.Roll();
        }

        return log;
    }
}
