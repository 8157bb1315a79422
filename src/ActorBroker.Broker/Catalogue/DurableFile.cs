using ActorBroker.Storage;

namespace ActorBroker.Broker.Catalogue;

/// <summary>
/// Small files that are replaced whole: after a crash the old or the new content is there, never a mixture.
/// </summary>
internal static class DurableFile
{
    /// <summary>
    /// The file that is being written; a name of its own, as a topic's name plus a suffix may be too long.
    /// </summary>
    public const string TemporaryName = "write.tmp";

    /// <summary>The whole content.</summary>
    public static byte[] Read(IFileSystem fileSystem, string path)
    {
        using var file = fileSystem.OpenRead(path);
        var bytes = new byte[file.Length];
        var count = file.Read(bytes, 0);
        return count == bytes.Length ? bytes : bytes[..count];
    }

    /// <summary>
    /// Replaces the content: a temporary file, fsync, rename. It is durable after the caller's fsync of the folder.
    /// </summary>
    public static void Write(IFileSystem fileSystem, string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(folder, TemporaryName);
        fileSystem.DeleteFile(temporary);
        using (var file = fileSystem.OpenOrCreate(temporary))
        {
            file.Write(content, 0);
            file.Flush();
        }

        fileSystem.MoveFile(temporary, path);
    }
}
