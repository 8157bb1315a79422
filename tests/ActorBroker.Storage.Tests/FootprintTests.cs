using ActorBroker.Core.Configuration;
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
        var warm = Open("warm-0");
        var logs = new PartitionLog[Logs];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Logs; i++)
        {
            logs[i] = Open($"idle-{i}");
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var log in logs)
        {
            log.Dispose();
        }

        warm.Dispose();
        Assert.InRange((after - before) / Logs, 0, MaxBytesPerLog);
    }

    public void Dispose() => _disk.Dispose();

    private PartitionLog Open(string name) => PartitionLog.Open(new PartitionLogOptions
    {
        Directory = _disk.PathOf(name),
        FileSystem = _disk.Files,
        Config = LogConfig.Default,
        Producers = new ProducerRecorder(),
        Time = TimeProvider.System,
    });
}
