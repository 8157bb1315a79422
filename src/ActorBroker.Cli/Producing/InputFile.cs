namespace ActorBroker.Cli.Producing;

/// <summary>Files to read, of which one may be standard input.</summary>
internal static class InputFile
{
    public const string StandardInput = "-";

    public static string Name(string path) => path == StandardInput ? "standard input" : $"'{path}'";

    public static Stream Open(string path) => path == StandardInput
        ? Console.OpenStandardInput()
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);

    /// <summary>How large the files are together; null where one of them is standard input or not there.</summary>
    public static long? TotalBytes(IEnumerable<string> paths)
    {
        var total = 0L;
        foreach (var path in paths)
        {
            if (!File.Exists(path))
            {
                return null;
            }

            total += new FileInfo(path).Length;
        }

        return total;
    }
}
