using ActorBroker.Core.Configuration;
using ActorBroker.Storage.Simulation;
using ActorBroker.Storage.Tests.Support;

namespace ActorBroker.Storage.Tests;

/// <summary>Ten thousand idle partitions must be cheap. Alone, since it weighs the whole process.</summary>
[Collection(nameof(FootprintTests))]
[CollectionDefinition(nameof(FootprintTests), DisableParallelization = true)]
public sealed class FootprintTests : IDisposable
{
    private const int Logs = 200;
    private const long MaxBytesPerLog = 24 << 10;
    private readonly TestDisk _disk = TestDisk.Physical();

    [Fact]
    public void An_idle_log_keeps_little_memory()
    {
        using var warm = Open("warm-0");

        // Pools that earlier tests filled are emptied at some collection: that may fall into one measurement, not all.
        var measured = Enumerable.Range(0, 5).Select(Measure).Order().ToList();

        Assert.InRange(measured[2] / Logs, 0, MaxBytesPerLog);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_idle_log_holds_no_file_open(bool cleanShutdown)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists a process's open files.");
        Open("handles-0").Close();
        using var log = Open("handles-0", cleanShutdown);
        var folder = _disk.PathOf("handles-0");
        Assert.DoesNotContain(OpenFiles(), path => path.StartsWith(folder, StringComparison.Ordinal));
        log.FlushAndRest();
        Assert.DoesNotContain(OpenFiles(), path => path.StartsWith(folder, StringComparison.Ordinal));
    }

    [Fact]
    public void An_idle_log_that_was_closed_cleanly_is_opened_and_closed_without_a_write()
    {
        var files = new MemoryFileSystem();
        OpenAndClose();
        var (writes, syncs) = (files.Writes, files.Syncs);
        OpenAndClose();
        Assert.Equal((writes, syncs), (files.Writes, files.Syncs));

        void OpenAndClose()
        {
            using var log = Open("/data/idle-0", files, cleanShutdown: true);
            log.Epochs.Assign(0, log.LogEndOffset);
            log.Close();
        }
    }

    public void Dispose() => _disk.Dispose();

    private long Measure(int round)
    {
        var logs = new PartitionLog[Logs];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Logs; i++)
        {
            logs[i] = Open($"idle{round}-{i}");
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var log in logs)
        {
            log.Dispose();
        }

        return after - before;
    }

    private static IEnumerable<string> OpenFiles() => Directory.EnumerateFiles("/proc/self/fd")
        .Select(static link => new FileInfo(link).LinkTarget ?? string.Empty);

    private PartitionLog Open(string name, bool cleanShutdown = false) =>
        Open(_disk.PathOf(name), _disk.Files, cleanShutdown);

    private static PartitionLog Open(string folder, IFileSystem files, bool cleanShutdown) => PartitionLog.Open(
        new PartitionLogOptions
        {
            Directory = folder,
            FileSystem = files,
            Config = LogConfig.Default,
            Producers = new ProducerRecorder(),
            Time = TimeProvider.System,
            CleanShutdown = cleanShutdown,
        });
}
