using ActorBroker.Chaos.Harness;

namespace ActorBroker.Chaos;

/// <summary>A run with a folder of its own, which stays where something was found.</summary>
internal static class ChaosProgram
{
    private const int RemarksMax = 40;

    /// <summary>True where nothing was found.</summary>
    public static async Task<bool> RunAsync(ChaosOptions options, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("actorbroker-chaos-").FullName;
        var isClean = false;
        try
        {
            await using var silos = options.Silos is { } built ? await SiloHost.StartAsync(built, cancel) : null;
            await using var cluster = ChaosCluster.Start(folder, silos);
            try
            {
                var run = new ChaosRun(options, cluster);
                var report = await run.RunAsync(cancel);
                isClean = report.IsClean;
                WriteRemarks(run.Remarks);
                report.Write(Console.Out);
            }
            finally
            {
                if (!isClean)
                {
                    Console.WriteLine($"data and logs are in {folder}; repeat with --seed {options.Seed}");
                    await SaveSmallDiskAsync(cluster, folder);
                }
            }
        }
        finally
        {
            if (isClean && !options.Keep)
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return isClean;
    }

    private static void WriteRemarks(IReadOnlyCollection<(string First, int Count)> remarks)
    {
        Console.WriteLine();
        Console.WriteLine(
            remarks.Count == 0 ? "No client had anything to remark." : "What clients remarked, and went on:");
        foreach (var (first, count) in remarks.OrderByDescending(each => each.Count).Take(RemarksMax))
        {
            Console.WriteLine($"  {count} x {first}");
        }
    }

    /// <summary>The small disk goes with the run; what is on it is needed by who looks for the reason.</summary>
    private static async Task SaveSmallDiskAsync(ChaosCluster cluster, string folder)
    {
        if (cluster.SmallDisk is { } disk)
        {
            await cluster.Brokers[ChaosCluster.SmallDiskId].KillAsync();
            var target = Path.Combine(folder, $"data-{ChaosCluster.SmallDiskId}");
            foreach (var file in Directory.EnumerateFiles(disk.Path, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(target, Path.GetRelativePath(disk.Path, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy, overwrite: true);
            }
        }
    }
}
