using System.Diagnostics;
using System.Text.Json;
using ActorBroker.Core.Configuration;
using ActorBroker.Server;

namespace ActorBroker.Benchmarks.Floors;

/// <summary>The rows of docs/performance.md below the wire, each measured once, by the name it has there.</summary>
internal static class FloorRun
{
    private const int BatchBytes = 65536;
    private const int ProducedBatchBytes = 16384;
    private const int Produces = 10_000;
    private const double Mib = 1 << 20;

    /// <summary>The figures as JSON.</summary>
    /// <param name="folder">Where data goes, on the disk to measure.</param>
    /// <param name="mib">The size of the segment that is recovered; twice as much is appended.</param>
    public static async Task<string> MeasureAsync(string folder, int mib)
    {
        var figures = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["append.raw_write_mib_per_s"] = Write(folder, 2 * mib),
            ["append.mib_per_s"] = Append(folder, 2 * mib),
            ["recovery.mib_per_s"] = Recover(folder, mib),
            ["allocation.bytes_per_batch"] = await AllocationAsync(folder),
            ["embedded.start_ms"] = await EmbeddedStartAsync(),
        };
        return JsonSerializer.Serialize(figures);
    }

    /// <summary>The bare write of the same batches from this runtime.</summary>
    private static double Write(string folder, int mib)
    {
        var batch = Samples.Batch(BatchBytes);
        using var file = File.OpenHandle(
            Path.Combine(folder, $"raw-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.Write, FileShare.None,
            FileOptions.DeleteOnClose);
        return Rate(mib, batch.Length, position => RandomAccess.Write(file, batch, position));
    }

    private static double Append(string folder, int mib)
    {
        var batch = Samples.Batch(BatchBytes);
        using (var warm = new TemporaryLog(folder, LogConfig.Default))
        {
            // A broker that runs is compiled for speed long ago; the runtime needs a moment of work for that.
            Rate(mib / 2, batch.Length, _ => warm.Append(batch));
        }

        using var log = new TemporaryLog(folder, LogConfig.Default);
        return Rate(mib, batch.Length, _ => log.Append(batch));
    }

    /// <summary>One segment of just under the size, in the page cache, read and checked as after a crash.</summary>
    private static double Recover(string folder, int mib)
    {
        var batch = Samples.Batch(BatchBytes);
        using var log = new TemporaryLog(folder, LogConfig.Default);
        Rate(mib - 1, batch.Length, _ => log.Append(batch));
        if (log.Log.SegmentCount != 1)
        {
            throw new InvalidOperationException($"The log has {log.Log.SegmentCount} segments in place of one.");
        }

        var watch = Stopwatch.StartNew();
        log.Recover();
        return log.Log.SizeInBytes / Mib / watch.Elapsed.TotalSeconds;
    }

    /// <summary>What the whole broker, socket and all, allocates for one produced batch.</summary>
    private static async Task<double> AllocationAsync(string folder)
    {
        var options = new EmbeddedBrokerOptions { DataFolder = Path.Combine(folder, $"broker-{Guid.NewGuid():n}") };
        try
        {
            await using var broker = await EmbeddedBroker.StartAsync(options);
            await broker.CreateTopicAsync("events");
            using var loop = new ProduceLoop(broker.BootstrapServers, "events", Samples.Batch(ProducedBatchBytes));
            loop.Run(Produces / 10);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            loop.Run(Produces);
            return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Produces;
        }
        finally
        {
            Directory.Delete(options.DataFolder, recursive: true);
        }
    }

    /// <summary>The median of five starts in a process that has started one before.</summary>
    private static async Task<double> EmbeddedStartAsync()
    {
        const int starts = 5;
        var taken = new List<double>();
        for (var i = 0; i <= starts; i++)
        {
            var watch = Stopwatch.StartNew();
            await using var broker = await EmbeddedBroker.StartAsync();
            taken.Add(watch.Elapsed.TotalMilliseconds);
        }

        return taken.Skip(1).Order().ElementAt(starts / 2);
    }

    private static double Rate(int mib, int batchBytes, Action<long> store)
    {
        var bytes = (long)mib << 20;
        var watch = Stopwatch.StartNew();
        long stored = 0;
        for (; stored + batchBytes <= bytes; stored += batchBytes)
        {
            store(stored);
        }

        return stored / Mib / watch.Elapsed.TotalSeconds;
    }
}
