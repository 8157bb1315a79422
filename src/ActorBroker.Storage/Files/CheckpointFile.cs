using System.Globalization;
using System.Text;

namespace ActorBroker.Storage.Files;

/// <summary>
/// Kafka's text checkpoint: the version (0), the number of rows, then one row a line. A file that isn't that, or was
/// cut, counts as absent: what a checkpoint holds can always be found again with more work.
/// </summary>
internal static class CheckpointFile
{
    public static void Write(
        IFileSystem files, string path, IReadOnlyCollection<string> rows, bool durable = true)
    {
        var text = new StringBuilder("0\n");
        text.Append(CultureInfo.InvariantCulture, $"{rows.Count}\n");
        foreach (var row in rows)
        {
            text.Append(row).Append('\n');
        }

        AtomicFile.Write(files, path, text.ToString(), durable);
    }

    /// <summary>The rows, taken apart at spaces; null where the file is missing or damaged.</summary>
    public static List<string[]>? Read(IFileSystem files, string path, int columns)
    {
        var lines = AtomicFile.ReadText(files, path)?.Split('\n');
        if (lines is null
            || lines.Length < 2
            || lines[0].Trim() != "0"
            || !int.TryParse(lines[1].TrimEnd('\r'), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > lines.Length - 3)
        {
            // The last row ends with a line feed, too: without it "31" may be what was left of "314".
            return null;
        }

        var rows = new List<string[]>(count);
        foreach (var line in lines.AsSpan(2, count))
        {
            var fields = line.TrimEnd('\r').Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != columns)
            {
                return null;
            }

            rows.Add(fields);
        }

        return rows;
    }
}
