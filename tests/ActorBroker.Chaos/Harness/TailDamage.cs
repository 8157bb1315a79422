namespace ActorBroker.Chaos.Harness;

/// <summary>
/// Damages what a killed broker had not made durable yet: the end of a partition's last segment, as a machine that lost
/// power leaves it behind. What was durable is not touched; that is no tail.
/// </summary>
internal static class TailDamage
{
    /// <summary>Damages one partition of the folder; says what was done, or null where every tail is durable.</summary>
    public static string? Inflict(string dataFolder, string topic, Random random)
    {
        var partitions = Directory.EnumerateDirectories(dataFolder, topic + "-*").Select(Path.GetFileName).ToArray();
        random.Shuffle(partitions);
        foreach (var partition in partitions)
        {
            var recoveryPoint = LogFiles.RecoveryPoint(dataFolder, partition!);
            var tail = LogFiles.Batches(Path.Combine(dataFolder, partition!))
                .Where(batch => batch.BaseOffset >= recoveryPoint).TakeLast(20).ToList();
            if (tail.Count > 0)
            {
                return $"{partition}: {Damage(tail[random.Next(tail.Count)], random)}";
            }
        }

        return null;
    }

    private static string Damage(StoredBatch batch, Random random)
    {
        using var stream = new FileStream(batch.File, FileMode.Open, FileAccess.ReadWrite);
        var position = batch.Position + random.Next(batch.Bytes);
        if (random.Next(2) == 0)
        {
            stream.SetLength(position);
            return $"cut at byte {position}, within the batch at {batch.BaseOffset}";
        }

        stream.Position = position;
        var was = stream.ReadByte();
        stream.Position = position;
        stream.WriteByte((byte)(was ^ (1 << random.Next(8))));
        return $"a bit flipped at byte {position}, within the batch at {batch.BaseOffset}";
    }
}
