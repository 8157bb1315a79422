using System.Buffers;

namespace ActorBroker.Orleans;

/// <summary>
/// Whole record batches as they are stored, on their way between silos. Immutable: within a silo they are handed over
/// as they are; what came from another silo lies in a buffer of the pool, which its receiver may give back.
/// </summary>
[Immutable]
public readonly struct RecordBytes
{
    private readonly byte[]? _pooled;

    /// <param name="memory">The bytes; they must not change until the call that carries them is answered.</param>
    public RecordBytes(ReadOnlyMemory<byte> memory) => Memory = memory;

    internal RecordBytes(byte[] pooled, int length)
    {
        _pooled = pooled;
        Memory = pooled.AsMemory(0, length);
    }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The same bytes where they may be written to: nobody else's, or a copy.</summary>
    internal Memory<byte> Own() => _pooled is not null ? _pooled.AsMemory(0, Memory.Length) : Memory.ToArray();

    /// <summary>
    /// Gives the buffer back, where it is of the pool; called once, by whoever received the bytes last, after which
    /// nobody may read them. Who does not call it costs an allocation, no more.
    /// </summary>
    public void Release()
    {
        if (_pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(_pooled);
        }
    }
}
