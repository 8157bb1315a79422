using System.Globalization;
using System.Text;
using ActorBroker.Records;

namespace ActorBroker.Cli;

/// <summary>
/// The headers by which files travel as records: whose part it is, which, and whether it is the last.
/// </summary>
internal readonly record struct FilePart(string Path, int Index, bool IsLast)
{
    private const string PathHeader = "file.path";
    private const string IndexHeader = "file.part";
    private const string LastHeader = "file.last";

    public RecordHeader[] ToHeaders() =>
    [
        new(PathHeader, Encoding.UTF8.GetBytes(Path)),
        new(IndexHeader, Encoding.ASCII.GetBytes(Index.ToString(CultureInfo.InvariantCulture))),
        new(LastHeader, IsLast ? "1"u8.ToArray() : "0"u8.ToArray()),
    ];

    /// <summary>Reads the headers; false where the record is no part of a file.</summary>
    public static bool TryRead(IReadOnlyList<RecordHeader> headers, out FilePart part)
    {
        string? path = null;
        var index = -1;
        var isLast = false;
        foreach (var header in headers)
        {
            var text = Encoding.UTF8.GetString(header.Value.GetValueOrDefault().Span);
            switch (header.Key)
            {
                case PathHeader:
                    path = text;
                    break;
                case IndexHeader:
                    index = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                        ? number
                        : -1;
                    break;
                case LastHeader:
                    isLast = text == "1";
                    break;
                default:
                    break;
            }
        }

        part = new FilePart(path ?? "", index, isLast);
        return path is { Length: > 0 } && index >= 0;
    }
}
