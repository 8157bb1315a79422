using System.Security.Cryptography;
using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>Writes values to one stream: back to back, or each with a line end behind it.</summary>
internal sealed class StreamSink : IRecordSink
{
    private const int BufferBytes = 1024 * 1024;

    private readonly Stream _stream;
    private readonly bool _asLines;
    private readonly IncrementalHash? _hash;

    private StreamSink(Stream stream, bool asLines, bool withChecksum)
    {
        _stream = stream;
        _asLines = asLines;
        _hash = withChecksum ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>
    /// A line for each record, on standard output: at once where somebody watches, else in large pieces.
    /// </summary>
    public static StreamSink Lines(bool isLive)
    {
        var output = Console.OpenStandardOutput();
        return new StreamSink(
            isLive ? output : new BufferedStream(output, BufferBytes), asLines: true, withChecksum: false);
    }

    /// <summary>The values as they are, on standard output.</summary>
    public static StreamSink Bytes() =>
        new(new BufferedStream(Console.OpenStandardOutput(), BufferBytes), asLines: false, withChecksum: false);

    /// <summary>The values as they are, in a file; an existing one is replaced only where that was asked for.</summary>
    public static StreamSink File(string path, bool replace, bool withChecksum)
    {
        if (!replace && System.IO.File.Exists(path))
        {
            throw new UsageException($"'{path}' exists: give --force to replace it.");
        }

        var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes);
        return new StreamSink(stream, asLines: false, withChecksum);
    }

    public int Write(in ConsumedRecord record)
    {
        var value = record.Value.GetValueOrDefault().Span;
        _stream.Write(value);
        _hash?.AppendData(value);
        if (_asLines)
        {
            _stream.WriteByte((byte)'\n');
        }

        return value.Length;
    }

    public string Complete()
    {
        _stream.Flush();
        return _hash is null ? "" : $"sha256 {Convert.ToHexStringLower(_hash.GetHashAndReset())}";
    }

    public ValueTask DisposeAsync()
    {
        _hash?.Dispose();
        return _stream.DisposeAsync();
    }
}
