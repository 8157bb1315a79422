using System.Buffers;
using System.Collections.Concurrent;
using ActorBroker.Core;
using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Replication;

/// <summary>
/// Stored batches on their way to followers: one read of the log, or one copy of what was just written, shared by all
/// that are at the same place. Object and memory are pooled; the last one that gives it back returns both.
/// </summary>
internal sealed class ReplicaBuffer
{
    private const int PoolLimit = 256;
    private static readonly ConcurrentQueue<ReplicaBuffer> Pool = new();
    private byte[] _bytes = [];
    private int _holders;

    private ReplicaBuffer()
    {
    }

    /// <summary>Where it begins; the offsets before may be missing in the log.</summary>
    public long From { get; private set; }

    /// <summary>The offset after the last batch.</summary>
    public long EndOffset { get; private set; }

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Reads whole batches, held once by the caller; null where there is none.</summary>
    /// <exception cref="IOException">The log can't be read.</exception>
    public static ReplicaBuffer? TryRead(PartitionLog log, long from, int maxBytes, long upToOffset)
    {
        using var slice = log.Read(from, maxBytes, upToOffset, atLeastOneBatch: true);
        if (slice.IsEmpty)
        {
            return null;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(slice.Length);
        try
        {
            slice.CopyTo(bytes);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }

        return Rent(bytes, slice.Length, from, EndOf(bytes.AsSpan(0, slice.Length)));
    }

    /// <summary>Copies batches that were just written, held once by the caller.</summary>
    /// <param name="batches">Whole, as stored.</param>
    /// <param name="length">All their bytes.</param>
    /// <param name="from">Where they begin.</param>
    /// <param name="endOffset">The offset after the last one.</param>
    public static ReplicaBuffer Copy(
        IReadOnlyList<ReadOnlyMemory<byte>> batches, int length, long from, long endOffset)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        var at = 0;
        for (var index = 0; index < batches.Count; index++)
        {
            batches[index].CopyTo(bytes.AsMemory(at));
            at += batches[index].Length;
        }

        Invariant.Holds(at == length);
        return Rent(bytes, length, from, endOffset);
    }

    /// <summary>One more holds it.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>One holds it no more.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
        {
            return;
        }

        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        if (Pool.Count < PoolLimit)
        {
            Pool.Enqueue(this);
        }
    }

    private static ReplicaBuffer Rent(byte[] bytes, int length, long from, long endOffset)
    {
        if (!Pool.TryDequeue(out var buffer))
        {
            buffer = new ReplicaBuffer();
        }

        buffer._bytes = bytes;
        buffer._holders = 1;
        buffer.From = from;
        buffer.Length = length;
        buffer.EndOffset = endOffset;
        return buffer;
    }

    private static long EndOf(ReadOnlySpan<byte> batches)
    {
        var end = 0L;
        while (!batches.IsEmpty)
        {
            Invariant.Holds(RecordBatchHeader.TryRead(batches, out var header));
            Invariant.Holds(header.SizeInBytes > 0 && header.SizeInBytes <= batches.Length);
            end = header.NextOffset;
            batches = batches[header.SizeInBytes..];
        }

        return end;
    }
}
