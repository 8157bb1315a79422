using System.Globalization;

namespace ActorBroker.Storage.Files;

/// <summary>The names of the files in a partition's folder: 20 digits of an offset and a suffix.</summary>
internal static class LogFiles
{
    public const string Log = ".log";
    public const string OffsetIndex = ".index";
    public const string TimeIndex = ".timeindex";
    public const string AbortedIndex = ".txnindex";
    public const string Snapshot = ".snapshot";
    public const string Deleted = ".deleted";
    public const string Cleaned = ".cleaned";
    public const string Swap = ".swap";
    public const string Temporary = ".tmp";
    public const string EpochCheckpoint = "leader-epoch-checkpoint";
    public const string Metadata = "partition.metadata";

    private const int Digits = 20;

    /// <summary>What a segment consists of, the log last.</summary>
    public static readonly string[] SegmentKinds = [OffsetIndex, TimeIndex, AbortedIndex, Log];

    public static string Name(long offset, string kind) => offset.ToString("D20", CultureInfo.InvariantCulture) + kind;

    /// <summary>Takes a name apart: <c>00000000000000000042.log.swap</c> is (42, ".log", ".swap").</summary>
    public static bool TryParse(string name, out long offset, out string kind, out string suffix)
    {
        offset = 0;
        kind = suffix = "";
        if (name.Length <= Digits
            || name[Digits] != '.'
            || !long.TryParse(
                name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out offset))
        {
            return false;
        }

        var second = name.IndexOf('.', Digits + 1);
        kind = second < 0 ? name[Digits..] : name[Digits..second];
        suffix = second < 0 ? "" : name[second..];
        return kind is Log or OffsetIndex or TimeIndex or AbortedIndex or Snapshot;
    }
}
