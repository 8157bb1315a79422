using ActorBroker.Records;
using ActorBroker.Storage.Compaction;

namespace ActorBroker.Storage;

/// <summary>
/// The memory of one cleaner: the table of keys and the buffers in which batches are taken apart and put together. Made
/// once for each cleaner thread and used for one log after the other.
/// </summary>
/// <param name="dedupeBufferBytes">
/// <c>log.cleaner.dedupe.buffer.size</c>: the most that the table of keys may take. It grows to that as needed.
/// </param>
/// <param name="maxRecordBytes">The most that one batch's records may decompress to; a larger batch is kept as it
/// is.</param>
public sealed class CleaningBuffers(long dedupeBufferBytes, int maxRecordBytes = CleaningBuffers.DefaultMaxRecordBytes)
    : IDisposable
{
    /// <summary>The most that one batch's records may decompress to unless told otherwise: 256 MiB.</summary>
    public const int DefaultMaxRecordBytes = 256 << 20;

    /// <summary>
    /// <c>producer.id.expiration.ms</c>: the last batch of a producer that was active so recently keeps its place, so
    /// that its sequence numbers survive.
    /// </summary>
    public long ProducerIdExpirationMs { get; init; } = 86_400_000;

    internal OffsetMap Offsets { get; } = new(dedupeBufferBytes);

    internal RecordBatchDecompressor Decompressor { get; } = new(maxRecordBytes);

    internal RecordBatchBuilder Builder { get; } = new();

    internal PooledBufferWriter Output { get; } = new();

    /// <summary>Gives the buffers back.</summary>
    public void Dispose()
    {
        Decompressor.Dispose();
        Builder.Dispose();
        Output.Dispose();
    }
}
