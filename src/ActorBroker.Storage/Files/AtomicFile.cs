using System.Text;

namespace ActorBroker.Storage.Files;

/// <summary>
/// Small files that are replaced in one durable step: written beside, synced, renamed over, folder synced.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Far above any file that is read whole; a larger one is damaged.</summary>
    private const int MaxBytes = 256 << 20;

    /// <param name="files">The disk.</param>
    /// <param name="path">The file.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="durable">False: the change may be lost with the machine's power, or leave an empty file.</param>
    public static void Write(IFileSystem files, string path, ReadOnlySpan<byte> bytes, bool durable = true)
    {
        var temporary = path + LogFiles.Temporary;
        using (var file = files.OpenOrCreate(temporary))
        {
            file.SetLength(0);
            file.Write(bytes, 0);
            if (durable)
            {
                file.Flush();
            }
        }

        files.MoveFile(temporary, path);
        if (durable)
        {
            files.SyncDirectory(Path.GetDirectoryName(path)!);
        }
    }

    public static void Write(IFileSystem files, string path, string text, bool durable = true) =>
        Write(files, path, Encoding.UTF8.GetBytes(text), durable);

    /// <summary>The whole file; null if there is none.</summary>
    public static byte[]? Read(IFileSystem files, string path)
    {
        if (!files.FileExists(path))
        {
            return null;
        }

        using var file = files.OpenRead(path);
        if (file.Length > MaxBytes)
        {
            throw new IOException($"'{path}' has {file.Length} bytes, more than such a file can have.");
        }

        var bytes = new byte[file.Length];
        var read = file.Read(bytes, 0);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    public static string? ReadText(IFileSystem files, string path) =>
        Read(files, path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
