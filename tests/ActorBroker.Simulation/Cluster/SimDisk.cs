using ActorBroker.Storage.Simulation;

namespace ActorBroker.Simulation.Cluster;

/// <summary>A broker's disk and its moods: it is slow, it is full, and it may lose what was not synced.</summary>
internal sealed class SimDisk(World world)
{
    public const string Root = "/data";

    private const long Plenty = 1L << 40;

    public MemoryFileSystem Files { get; private set; } = New(world);

    /// <summary>What a write or an fsync takes, at most.</summary>
    public int SlownessUs { get; set; } = 300;

    /// <summary>The life that ended cleanly, as the marker of the clean stop has it; null: none did.</summary>
    public long? CleanEpoch { get; set; }

    /// <summary>The last life that ran on it.</summary>
    public long? LastEpoch { get; set; }

    public bool IsFull => Files.FreeBytes < 1 << 20;

    public void Fill(int bytesLeft) => Files.FreeBytes = bytesLeft;

    private void Empty() => Files.FreeBytes = Plenty;

    /// <summary>Nothing ails it any more.</summary>
    public void Mend()
    {
        Empty();
        SlownessUs = 300;
        Files.FailWrite(skip: -1);
        Files.FailSync(skip: -1);
    }

    public long DelayUs() => world.Random.Between(20, SlownessUs);

    /// <summary>
    /// The power fails: of each file's unsynced tail a prefix may have reached the platter, and its last bytes may be
    /// garbage.
    /// </summary>
    public void LoseUnsynced()
    {
        var torn = new List<(string Path, long Position)>();
        var lengths = new Dictionary<string, int>(StringComparer.Ordinal);
        Files.Crash((path, unsynced) =>
        {
            var kept = world.Random.Chance(0.5) ? 0 : world.Random.Next(unsynced + 1);
            if (kept > 0 && world.Random.Chance(0.3))
            {
                lengths[path] = kept;
            }

            return kept;
        });
        foreach (var (path, kept) in lengths.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            torn.Add((path, Files.FileLength(path) - 1 - world.Random.Next(kept)));
        }

        foreach (var (path, position) in torn)
        {
            Files.Corrupt(path, position);
        }
    }

    /// <summary>Another, empty disk stands in its place.</summary>
    public void Replace()
    {
        Files = New(world);
        CleanEpoch = null;
    }

    private static MemoryFileSystem New(World world) => new() { Time = world.Time, FreeBytes = Plenty };
}
