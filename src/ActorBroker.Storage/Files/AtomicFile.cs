using System.Text;

namespace ActorBroker.Storage.Files;

/// <summary>
/// Small files that are replaced in one durable step: written beside, synced, renamed over, folder synced.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Far above any file that is read whole; a larger one is damaged.</summary>
    private const int MaxBytes = 256 << 20;

    public static void Write(IFileSystem files, string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + LogFiles.Temporary;
        using (var file = files.OpenOrCreate(temporary))
        {
            file.SetLength(0);
            file.Write(bytes, 0);
            file.Flush();
        }

        files.MoveFile(temporary, path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    public static void Write(IFileSystem files, string path, string text) =>
        Write(files, path, Encoding.UTF8.GetBytes(text));

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
