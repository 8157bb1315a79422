using ActorBroker.Chaos.Harness;

namespace ActorBroker.Chaos.Checking;

/// <summary>
/// Compares the logs of a partition's replicas byte for byte, up to the end that they have in common.
/// </summary>
internal static class ReplicaComparer
{
    /// <summary>What differs, in words, and how many batches were compared.</summary>
    /// <param name="dataFolders">The brokers' data folders, by broker.</param>
    /// <param name="partition">The partition's folder in each.</param>
    public static (IReadOnlyList<string> Differences, int Batches) Compare(
        IReadOnlyDictionary<int, string> dataFolders, string partition)
    {
        var differences = new List<string>();
        var logs = dataFolders.Where(each => Directory.Exists(Path.Combine(each.Value, partition)))
            .ToDictionary(each => each.Key, each => LogFiles.Batches(Path.Combine(each.Value, partition)).ToList());
        differences.AddRange(dataFolders.Keys.Except(logs.Keys).Select(id => $"{partition}: broker {id} has no log"));
        var (firstId, first) = logs.FirstOrDefault();
        foreach (var (otherId, other) in logs.Where(each => each.Key != firstId))
        {
            for (var i = 0; i < Math.Min(first!.Count, other.Count); i++)
            {
                if (!AreEqual(first[i], other[i]))
                {
                    differences.Add(
                        $"{partition}: brokers {firstId} and {otherId} differ in their batch {i}, at " +
                        $"{first[i].BaseOffset} and {other[i].BaseOffset}");
                    break;
                }
            }
        }

        return (differences, logs.Count == 0 ? 0 : logs.Values.Min(log => log.Count));
    }

    private static bool AreEqual(StoredBatch one, StoredBatch other) =>
        one.Bytes == other.Bytes && Read(one).AsSpan().SequenceEqual(Read(other));

    private static byte[] Read(StoredBatch batch)
    {
        using var stream = File.OpenRead(batch.File);
        stream.Position = batch.Position;
        var bytes = new byte[batch.Bytes];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
