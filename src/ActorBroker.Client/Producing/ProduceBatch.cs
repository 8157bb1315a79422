using System.Buffers;
using System.Diagnostics;
using ActorBroker.Client.Telemetry;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// A batch on its way from the first record to its acknowledgement. Records are encoded as they come, into one pooled
/// buffer, from which they are sent. Its queue's lock guards the building; after that the sender owns it.
/// </summary>
/// <remarks>
/// The buffer is leased: one lease is the sender's, one each is a request's that still sends from it. The last one to
/// let go gives it back, so that an abandoned request never sends another batch's bytes.
/// </remarks>
internal sealed class ProduceBatch : IDisposable
{
    private readonly TaskCompletionSource _delivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PooledBufferWriter _compressed = new();
    private readonly ProduceBatch? _whole;
    private byte[] _buffer;
    private int _length;
    private long _baseTimestampMs;
    private long _maxTimestampMs = -1;
    private int _leases = 1;
    private SealedBatch? _sealed;
    private List<(int Index, Activity Activity)>? _spans;
    private (int FirstIndex, long BaseOffset)[] _stored = [];
    private long _reservedBytes;
    private int _partsOpen = 1;

    public ProduceBatch(string topic, int partition, long openedAt, int capacity, ProduceBatch? whole = null)
    {
        Topic = topic;
        Partition = partition;
        OpenedAt = openedAt;
        _whole = whole;
        _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    }

    public string Topic { get; }

    public int Partition { get; }

    /// <summary>The clock's timestamp of the first record: linger and delivery time-out count from it.</summary>
    public long OpenedAt { get; }

    public int Count { get; private set; }

    /// <summary>Bytes of the uncompressed batch, header included.</summary>
    public int SizeInBytes => RecordBatchHeader.Size + _length;

    /// <summary>What the batch's records have reserved of the producer's buffer.</summary>
    /// <remarks>Of a split batch the part that is settled last tells it, before it is; the others tell 0.</remarks>
    public long ReservedBytes => Root._partsOpen == 1 ? Root._reservedBytes : 0;

    /// <summary>The sequence of its first record; -1 until it is numbered, and without idempotence.</summary>
    public int BaseSequence { get; set; } = -1;

    /// <summary>Completes once the batch is acknowledged or has failed for good.</summary>
    public Task Delivered => _delivered.Task;

    /// <summary>Where this part of a split batch begins in the whole.</summary>
    private int FirstIndex { get; init; }

    public void Append(in RecordData record, long timestampMs, int maxBytes)
    {
        var room = RoomFor(maxBytes);
        NoteTime(timestampMs);
        _length += RecordEncoder.Write(room, record, timestampMs - _baseTimestampMs, Count);
        Count++;
        _reservedBytes += maxBytes;
    }

    /// <summary>Ends the newest record's span when the batch is settled.</summary>
    public void Trace(Activity span) => (_spans ??= []).Add((Count - 1, span));

    /// <summary>The records as they are sent, compressed at the first call; no more may be appended.</summary>
    public SealedBatch Seal(CompressionCodec codec)
    {
        if (_sealed is { } known)
        {
            return known;
        }

        var records = (ReadOnlyMemory<byte>)_buffer.AsMemory(0, _length);
        if (codec != CompressionCodec.None)
        {
            Compression.Compress(codec, null, records.Span, _compressed);
            ReturnBuffer();
            records = _compressed.WrittenMemory;
        }

        _sealed = new SealedBatch(records, codec, Count, _baseTimestampMs, _maxTimestampMs);
        return _sealed.Value;
    }

    /// <summary>Two batches with half the records each, which settle this one together.</summary>
    public (ProduceBatch First, ProduceBatch Second) Split()
    {
        var sealedBatch = _sealed!.Value;
        using var plain = new PooledBufferWriter();
        var unpacked = Compression.Decompress(sealedBatch.Codec, sealedBatch.Records.Span, plain, int.MaxValue);
        Debug.Assert(unpacked == DecompressionResult.Ok, "A client reads what it has written.");
        var half = Count / 2;
        var first = Part(0);
        var second = Part(half);
        var reader = new RecordReader(plain.WrittenSpan, Count);
        for (var i = 0; reader.MoveNext(); i++)
        {
            (i < half ? first : second).AppendEncoded(reader, _baseTimestampMs + reader.TimestampDelta);
        }

        if (BaseSequence >= 0)
        {
            first.BaseSequence = BaseSequence;
            second.BaseSequence = RecordBatchHeader.IncrementSequence(BaseSequence, half);
        }

        Root._partsOpen++;
        return (first, second);
    }

    /// <summary>Keeps the bytes for a request; to be released once.</summary>
    public ProduceBatch Lease()
    {
        Interlocked.Increment(ref _leases);
        return this;
    }

    /// <summary>Lets go of one lease.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _leases) == 0)
        {
            ReturnBuffer();
            _compressed.Dispose();
        }
    }

    /// <summary>The batch, or this part of it, is stored.</summary>
    public void Succeed(long baseOffset)
    {
        Root.NoteStored(FirstIndex, baseOffset);
        Root.PartSettled(null);
    }

    /// <summary>The batch, or this part of it, has failed for good.</summary>
    public void Fail(KafkaException failure)
    {
        Root.NoteStored(FirstIndex, -1);
        Root.PartSettled(failure);
    }

    /// <summary>The offset of a record of a delivered batch; -1 where it is not known.</summary>
    public long OffsetOf(int index)
    {
        for (var i = _stored.Length - 1; i >= 0; i--)
        {
            if (_stored[i].FirstIndex <= index)
            {
                return _stored[i].BaseOffset < 0 ? -1 : _stored[i].BaseOffset + index - _stored[i].FirstIndex;
            }
        }

        return -1;
    }

    private ProduceBatch Root => _whole ?? this;

    private ProduceBatch Part(int from) =>
        new(Topic, Partition, OpenedAt, Math.Max(SizeInBytes / 2, 256), Root) { FirstIndex = FirstIndex + from };

    private void AppendEncoded(in RecordReader record, long timestampMs)
    {
        var room = RoomFor(record.Encoded.Length + VarInt.MaxSize64 + (2 * VarInt.MaxSize32));
        NoteTime(timestampMs);
        _length += RecordEncoder.Write(room, record.EncodedBody, timestampMs - _baseTimestampMs, Count);
        Count++;
    }

    private void NoteTime(long timestampMs)
    {
        if (Count == 0)
        {
            _baseTimestampMs = timestampMs;
        }

        _maxTimestampMs = Math.Max(_maxTimestampMs, timestampMs);
    }

    private Span<byte> RoomFor(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, checked(_length + bytes)));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ReturnBuffer();
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Keeps the parts in the records' order, in whatever order they are settled.</summary>
    private void NoteStored(int firstIndex, long baseOffset) =>
        _stored = [.. _stored.Append((FirstIndex: firstIndex, BaseOffset: baseOffset))
            .OrderBy(part => part.FirstIndex)];

    private void PartSettled(KafkaException? failure)
    {
        if (failure is not null)
        {
            Failure ??= failure;
        }

        if (--_partsOpen > 0)
        {
            return;
        }

        EndSpans();
        if (Failure is null)
        {
            _delivered.SetResult();
            return;
        }

        _delivered.SetException(Failure);

        // The failure also reaches whoever flushes; a caller that never looks at its record must not crash the process.
        _ = _delivered.Task.Exception;
    }

    /// <summary>The first failure of the batch's parts.</summary>
    private KafkaException? Failure { get; set; }

    private void EndSpans()
    {
        foreach (var (index, span) in _spans ?? [])
        {
            RecordTracing.EndSend(span, Partition, OffsetOf(index), Failure);
        }
    }
}
