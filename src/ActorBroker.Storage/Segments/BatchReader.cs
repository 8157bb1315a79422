using System.Buffers;
using ActorBroker.Records;

namespace ActorBroker.Storage.Segments;

/// <summary>
/// Reads a stretch of a segment batch by batch, in large chunks, and stops at the first thing that is no whole batch.
/// What it yields is framed right; the CRC is the caller's to check.
/// </summary>
/// <remarks>The buffer never grows past the stretch that is left, so a hostile length allocates nothing.</remarks>
internal sealed class BatchReader : IDisposable
{
    public const int ScanChunk = 1 << 20;
    public const int LookupChunk = 8 << 10;

    /// <summary>The batch length of a batch without records.</summary>
    private const int MinBatchLength = RecordBatchHeader.Size - RecordBatchHeader.LengthOverhead;

    private readonly LogSegment _segment;
    private readonly long _end;
    private byte[] _buffer;
    private long _bufferPosition;
    private int _bufferCount;
    private int _batchSize;

    /// <summary>Reads from the position, which a batch starts at, to the end.</summary>
    public BatchReader(LogSegment segment, long position, long end, int chunk = ScanChunk)
    {
        _segment = segment;
        _end = end;
        Position = position;
        _bufferPosition = position;
        _buffer = ArrayPool<byte>.Shared.Rent(chunk);
    }

    /// <summary>Where the current batch starts; after the last one, where it ended.</summary>
    public long Position { get; private set; }

    /// <summary>The current batch's header.</summary>
    public RecordBatchHeader Header { get; private set; }

    /// <summary>Why reading stopped before the end; null if it did not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Goes to the next batch.</summary>
    public bool MoveNext()
    {
        Position += _batchSize;
        _batchSize = 0;
        var left = _end - Position;
        if (left == 0 || Fault is not null)
        {
            return false;
        }

        if (left < RecordBatchHeader.Size || !RecordBatchHeader.TryRead(Bytes(RecordBatchHeader.Size), out var header))
        {
            return Stop("a batch header is cut");
        }

        if (header.Magic != RecordBatchHeader.CurrentMagic)
        {
            return Stop($"magic {header.Magic} is not {RecordBatchHeader.CurrentMagic}");
        }

        if (header.BatchLength < MinBatchLength || header.BatchLength > left - RecordBatchHeader.LengthOverhead)
        {
            return Stop($"batch length {header.BatchLength} does not fit");
        }

        if (header.BaseOffset < 0 || header.LastOffsetDelta < 0 || header.RecordCount < 0)
        {
            return Stop("a batch header has a negative offset or count");
        }

        Header = header;
        _batchSize = header.SizeInBytes;
        return true;
    }

    /// <summary>The current batch's bytes, valid until the next move.</summary>
    public ReadOnlyMemory<byte> Batch()
    {
        Bytes(_batchSize);
        return _buffer.AsMemory((int)(Position - _bufferPosition), _batchSize);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private bool Stop(string fault)
    {
        Fault = fault;
        return false;
    }

    /// <summary>Has the bytes from the current position in the buffer.</summary>
    private ReadOnlySpan<byte> Bytes(int count)
    {
        var start = Position - _bufferPosition;
        if (start + count > _bufferCount)
        {
            Fill(start, count);
            start = 0;
        }

        return _buffer.AsSpan((int)start, count);
    }

    private void Fill(long start, int count)
    {
        var kept = (int)Math.Max(0, _bufferCount - start);
        var rest = _buffer.AsSpan(_bufferCount - kept, kept);
        if (_buffer.Length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(count);
            rest.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else if (kept > 0)
        {
            rest.CopyTo(_buffer);
        }

        _bufferPosition = Position;
        var wanted = (int)Math.Min(_buffer.Length, _end - Position) - kept;
        _segment.ReadExactly(_buffer.AsSpan(kept, wanted), Position + kept);
        _bufferCount = kept + wanted;
    }
}
