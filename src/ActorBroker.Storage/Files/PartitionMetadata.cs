using System.Buffers.Text;

namespace ActorBroker.Storage.Files;

/// <summary>The <c>partition.metadata</c> file: which topic, by id, the folder belongs to.</summary>
internal static class PartitionMetadata
{
    private const string IdKey = "topic_id:";

    /// <summary>Writes the id where none is stored; a stored one must be the same.</summary>
    /// <exception cref="LogDirectoryException">The folder belongs to another topic of the same name.</exception>
    public static Guid Reconcile(IFileSystem files, string folder, Guid topicId)
    {
        var stored = Read(files, folder);
        if (topicId == Guid.Empty || stored == topicId)
        {
            return stored ?? Guid.Empty;
        }

        if (stored is { } other)
        {
            throw new LogDirectoryException(
                $"The folder '{folder}' belongs to topic id {Encode(other)}, not {Encode(topicId)}: move it away.");
        }

        AtomicFile.Write(files, Path.Combine(folder, LogFiles.Metadata), $"version: 0\n{IdKey} {Encode(topicId)}\n");
        return topicId;
    }

    /// <summary>The stored id; null where there is none, or no sound one.</summary>
    public static Guid? Read(IFileSystem files, string folder)
    {
        var lines = AtomicFile.ReadText(files, Path.Combine(folder, LogFiles.Metadata))?.Split('\n') ?? [];
        var line = Array.Find(lines, static line => line.StartsWith(IdKey, StringComparison.Ordinal));
        return line is null ? null : Decode(line[IdKey.Length..].Trim());
    }

    /// <summary>As Kafka writes ids: the 16 bytes, big-endian, in base64url without padding.</summary>
    public static string Encode(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    public static Guid? Decode(string text)
    {
        Span<byte> bytes = stackalloc byte[16];
        return text.Length == 22
            && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, bytes, out var written)
            && written == bytes.Length
                ? new Guid(bytes, bigEndian: true)
                : null;
    }
}
