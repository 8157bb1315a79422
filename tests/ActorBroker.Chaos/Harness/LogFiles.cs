using System.Buffers.Binary;
using System.Globalization;

namespace ActorBroker.Chaos.Harness;

/// <summary>A batch in a segment's file.</summary>
/// <param name="File">The file.</param>
/// <param name="Position">Where it begins there.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="BaseOffset">Its first offset.</param>
internal readonly record struct StoredBatch(string File, long Position, int Bytes, long BaseOffset);

/// <summary>A partition's files, read by what Kafka says of them and by nothing of ours.</summary>
internal static class LogFiles
{
    private const int SizePosition = 8;
    private const int HeadBytes = 12;
    private const string RecoveryPoints = "recovery-point-offset-checkpoint";

    /// <summary>The batches of a partition's folder, in order; the end is where no whole batch stands.</summary>
    public static IEnumerable<StoredBatch> Batches(string folder) =>
        Directory.EnumerateFiles(folder, "*.log").Order(StringComparer.Ordinal).SelectMany(BatchesOf);

    /// <summary>The offset up to which the broker has made the partition durable; 0 where it says nothing.</summary>
    public static long RecoveryPoint(string dataFolder, string partition)
    {
        var file = Path.Combine(dataFolder, RecoveryPoints);
        var (topic, number) = (partition[..partition.LastIndexOf('-')], partition[(partition.LastIndexOf('-') + 1)..]);
        return !File.Exists(file)
            ? 0
            : File.ReadLines(file).Select(line => line.Split(' '))
                .Where(fields => fields.Length == 3 && fields[0] == topic && fields[1] == number)
                .Select(fields => long.Parse(fields[2], CultureInfo.InvariantCulture))
                .FirstOrDefault();
    }

    private static IEnumerable<StoredBatch> BatchesOf(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var head = new byte[HeadBytes];
        for (long position = 0; position + HeadBytes <= stream.Length;)
        {
            stream.Position = position;
            stream.ReadExactly(head);
            var bytes = HeadBytes + (long)BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(SizePosition));
            if (bytes <= HeadBytes || position + bytes > stream.Length)
            {
                yield break;
            }

            yield return new StoredBatch(file, position, (int)bytes, BinaryPrimitives.ReadInt64BigEndian(head));
            position += bytes;
        }
    }
}
