using System.Buffers.Binary;
using System.Text;

namespace ActorBroker.Records;

/// <summary>
/// Builds record batches, one after the other, in pooled buffers that it keeps: <c>Append</c> records, <c>Build</c>,
/// use the bytes, <see cref="Reset"/>. Nothing is allocated per record. One user at a time.
/// </summary>
/// <remarks>
/// Records are encoded as they come, right after the room for the header, so an uncompressed batch is built without a
/// copy. The first record's timestamp becomes the base timestamp unless <see cref="Reset"/> sets one.
/// </remarks>
public sealed class RecordBatchBuilder : IDisposable
{
    /// <summary>
    /// Most bytes of a record besides key, value and headers: length, attributes, deltas, two lengths, count.
    /// </summary>
    private const int MaxRecordOverhead = (5 * VarInt.MaxSize32) + 1 + VarInt.MaxSize64;

    private readonly PooledBufferWriter _plain = new();
    private readonly PooledBufferWriter _compressed = new();
    private readonly PooledBufferWriter _headers = new();
    private bool _hasBase;
    private long _baseTimestampMs;
    private long _maxTimestampMs;
    private int _lastOffsetDelta;

    /// <summary>Ready for the first record.</summary>
    public RecordBatchBuilder() => Reset();

    /// <summary>Records since the last reset.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the batch as it stands, uncompressed, header included.</summary>
    public int SizeInBytes => _plain.WrittenCount;

    /// <summary>The most bytes that a record with so many bytes of key, value and headers can add.</summary>
    public static long MaxRecordSize(int keyBytes, int valueBytes, ReadOnlySpan<RecordHeader> headers = default)
    {
        var size = MaxRecordOverhead + (long)keyBytes + valueBytes;
        foreach (var header in headers)
        {
            size += (2 * VarInt.MaxSize32) + Encoding.UTF8.GetByteCount(header.Key) + (header.Value?.Length ?? 0);
        }

        return size;
    }

    /// <summary>Forgets all records and keeps the memory.</summary>
    /// <param name="baseTimestampMs">The base timestamp, where it is not that of the first record.</param>
    public void Reset(long? baseTimestampMs = null)
    {
        _plain.Clear();
        _plain.GetSpan(RecordBatchHeader.Size);
        _plain.Advance(RecordBatchHeader.Size);
        _hasBase = baseTimestampMs is not null;
        _baseTimestampMs = baseTimestampMs ?? -1;
        _maxTimestampMs = -1;
        _lastOffsetDelta = -1;
        Count = 0;
    }

    /// <summary>Adds a record at the next offset.</summary>
    /// <remarks>
    /// Null means no key or no value. A null <c>byte[]</c>, also the bare null of <c>x ? null : bytes</c>, converts to
    /// empty memory instead: write <c>default(ReadOnlyMemory&lt;byte&gt;?)</c> there.
    /// </remarks>
    public void Append(
        long timestampMs,
        ReadOnlyMemory<byte>? key,
        ReadOnlyMemory<byte>? value,
        ReadOnlySpan<RecordHeader> headers = default)
    {
        _headers.Clear();
        foreach (var header in headers)
        {
            WriteHeader(header);
        }

        var keySize = SizeOf(key);
        var valueSize = SizeOf(value);
        var countSize = VarInt.SizeOfInt32(headers.Length);
        var bodySize = checked(keySize + valueSize + countSize + _headers.WrittenCount);
        var body = StartRecord(timestampMs, _lastOffsetDelta + 1, bodySize);
        WriteBytes(body, key);
        WriteBytes(body[keySize..], value);
        VarInt.WriteInt32(body[(keySize + valueSize)..], headers.Length);
        _headers.WrittenSpan.CopyTo(body[(keySize + valueSize + countSize)..]);
    }

    /// <summary>Adds the record on which a reader stands, at a timestamp and an offset delta of its own.</summary>
    public void Append(in RecordReader record, long timestampMs, int offsetDelta) =>
        record.EncodedBody.CopyTo(StartRecord(timestampMs, offsetDelta, record.EncodedBody.Length));

    /// <summary>Completes the batch.</summary>
    /// <returns>The batch's bytes, valid until the next append, reset, build or dispose.</returns>
    public ReadOnlyMemory<byte> Build(RecordBatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var batch = _plain;
        if (options.Codec != CompressionCodec.None)
        {
            batch = _compressed;
            batch.Clear();
            batch.GetSpan(RecordBatchHeader.Size);
            batch.Advance(RecordBatchHeader.Size);
            Compression.Compress(
                options.Codec, options.Level, _plain.WrittenSpan[RecordBatchHeader.Size..], batch);
        }

        WriteBatchHeader(batch.WrittenSpan, options);
        return batch.WrittenMemory;
    }

    /// <summary>Gives the buffers back to the pool.</summary>
    public void Dispose()
    {
        _plain.Dispose();
        _compressed.Dispose();
        _headers.Dispose();
    }

    private static int SizeOf(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } some ? checked(VarInt.SizeOfInt32(some.Length) + some.Length) : 1;

    private static void WriteBytes(Span<byte> destination, ReadOnlyMemory<byte>? bytes)
    {
        var size = VarInt.WriteInt32(destination, bytes?.Length ?? -1);
        bytes.GetValueOrDefault().Span.CopyTo(destination[size..]);
    }

    private void WriteHeader(in RecordHeader header)
    {
        var keyLength = Encoding.UTF8.GetByteCount(header.Key);
        var valueSize = SizeOf(header.Value);
        var room = _headers.GetSpan(checked(VarInt.MaxSize32 + keyLength + valueSize));
        var size = VarInt.WriteInt32(room, keyLength);
        size += Encoding.UTF8.GetBytes(header.Key, room[size..]);
        WriteBytes(room[size..], header.Value);
        _headers.Advance(size + valueSize);
    }

    /// <summary>Writes what comes before the body, counts the record, and returns the body's place.</summary>
    private Span<byte> StartRecord(long timestampMs, int offsetDelta, int bodySize)
    {
        if (!_hasBase)
        {
            _hasBase = true;
            _baseTimestampMs = timestampMs;
        }

        var timestampDelta = timestampMs - _baseTimestampMs;
        var length = checked(
            1 + VarInt.SizeOfInt64(timestampDelta) + VarInt.SizeOfInt32(offsetDelta) + bodySize);
        var room = _plain.GetSpan(checked(length + VarInt.MaxSize32));
        var at = VarInt.WriteInt32(room, length);
        room[at++] = 0;
        at += VarInt.WriteInt64(room[at..], timestampDelta);
        at += VarInt.WriteInt32(room[at..], offsetDelta);
        _plain.Advance(at + bodySize);
        _maxTimestampMs = Math.Max(_maxTimestampMs, timestampMs);
        _lastOffsetDelta = offsetDelta;
        Count++;
        return room.Slice(at, bodySize);
    }

    private void WriteBatchHeader(Span<byte> batch, RecordBatchOptions options)
    {
        var maxTimestamp = options.MaxTimestampMs ?? _maxTimestampMs;
        var baseTimestamp = options.DeleteHorizonMs ?? (_hasBase ? _baseTimestampMs : maxTimestamp);
        if (Count > 0 && baseTimestamp != _baseTimestampMs)
        {
            throw new InvalidOperationException("A delete horizon must be the base timestamp from the reset on.");
        }

        BinaryPrimitives.WriteInt64BigEndian(batch, options.BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[8..], batch.Length - RecordBatchHeader.LengthOverhead);
        BinaryPrimitives.WriteInt32BigEndian(batch[12..], options.LeaderEpoch);
        batch[16] = RecordBatchHeader.CurrentMagic;
        BinaryPrimitives.WriteInt16BigEndian(batch[21..], options.Attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[23..], options.LastOffsetDelta ?? Math.Max(_lastOffsetDelta, 0));
        BinaryPrimitives.WriteInt64BigEndian(batch[27..], baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[35..], maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[43..], options.ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[51..], options.ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[53..], options.BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[57..], Count);
        RecordBatch.WriteCrc(batch);
    }
}
