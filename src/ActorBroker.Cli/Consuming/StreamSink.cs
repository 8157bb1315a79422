using System.Buffers;
using System.Security.Cryptography;
using ActorBroker.Client;

namespace ActorBroker.Cli.Consuming;

/// <summary>
/// Writes records to one stream in a format, in large pieces; what is there is written out when no more is at hand.
/// </summary>
internal sealed class StreamSink(Stream stream, IRecordFormat format, bool withChecksum) : IRecordSink
{
    private const int PieceBytes = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _piece = new(PieceBytes);
    private readonly IncrementalHash? _hash =
        withChecksum ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

    public int Write(in ConsumedRecord record)
    {
        format.Write(record, _piece);
        if (_piece.WrittenCount >= PieceBytes)
        {
            WriteOut();
        }

        return (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
    }

    public void Pause() => WriteOut();

    public string Complete()
    {
        WriteOut();
        stream.Flush();
        return _hash is null ? "" : $"sha256 {Convert.ToHexStringLower(_hash.GetHashAndReset())}";
    }

    public ValueTask DisposeAsync()
    {
        _hash?.Dispose();
        (format as IDisposable)?.Dispose();
        return stream.DisposeAsync();
    }

    private void WriteOut()
    {
        if (_piece.WrittenCount == 0)
        {
            return;
        }

        stream.Write(_piece.WrittenSpan);
        _hash?.AppendData(_piece.WrittenSpan);
        _piece.ResetWrittenCount();
    }
}
