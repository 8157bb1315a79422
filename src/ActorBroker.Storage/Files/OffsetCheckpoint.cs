using System.Globalization;
using ActorBroker.Records;

namespace ActorBroker.Storage.Files;

/// <summary>A checkpoint of one offset for each partition: rows "topic partition offset".</summary>
internal sealed class OffsetCheckpoint(IFileSystem files, string path)
{
    private readonly Lock _lock = new();
    private IReadOnlyDictionary<TopicPartition, long> _offsets = Load(files, path);

    /// <summary>What the file holds; a snapshot.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Offsets => Volatile.Read(ref _offsets);

    public void Write(IReadOnlyDictionary<TopicPartition, long> offsets)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        var copy = new Dictionary<TopicPartition, long>(offsets);
        var rows = copy
            .OrderBy(static entry => entry.Key.Topic, StringComparer.Ordinal)
            .ThenBy(static entry => entry.Key.Partition)
            .Select(static entry => string.Create(
                CultureInfo.InvariantCulture, $"{entry.Key.Topic} {entry.Key.Partition} {entry.Value}"));
        lock (_lock)
        {
            CheckpointFile.Write(files, path, [.. rows]);
            Volatile.Write(ref _offsets, copy);
        }
    }

    private static Dictionary<TopicPartition, long> Load(IFileSystem files, string path)
    {
        var offsets = new Dictionary<TopicPartition, long>();
        foreach (var row in CheckpointFile.Read(files, path, columns: 3) ?? [])
        {
            if (int.TryParse(row[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                && long.TryParse(row[2], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            {
                offsets[new TopicPartition(row[0], partition)] = offset;
            }
        }

        return offsets;
    }
}
