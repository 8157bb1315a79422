namespace ActorBroker.Records;

/// <summary>
/// Opens the records of any batch: in place where they are not compressed, else from a pooled buffer that is kept for
/// the next batch. One user at a time.
/// </summary>
/// <param name="maxBytes">The most that a batch's records may decompress to.</param>
public sealed class RecordBatchDecompressor(int maxBytes) : IDisposable
{
    private readonly PooledBufferWriter _block = new();

    /// <summary>
    /// Opens a batch's records; the reader is valid until the next call, and while the batch's bytes are.
    /// </summary>
    /// <param name="batch">One whole batch, or more bytes that start with it; checksum verified by the caller.</param>
    /// <param name="header">Its header, as <see cref="RecordBatch.TryRead"/> gave it.</param>
    /// <param name="records">Stands before the first record.</param>
    public DecompressionResult Open(
        ReadOnlySpan<byte> batch, in RecordBatchHeader header, out RecordReader records)
    {
        var result = OpenBlock(batch, header, out var block);
        records = new RecordReader(block, result == DecompressionResult.Ok ? header.RecordCount : 0);
        return result;
    }

    /// <summary>The same, as the plain bytes of the records.</summary>
    public DecompressionResult OpenBlock(
        ReadOnlySpan<byte> batch, in RecordBatchHeader header, out ReadOnlySpan<byte> block)
    {
        var stored = batch[RecordBatchHeader.Size..header.SizeInBytes];
        if (header.Codec == CompressionCodec.None)
        {
            block = stored;
            return DecompressionResult.Ok;
        }

        _block.Clear();
        block = default;
        var result = Compression.Decompress(header.Codec, stored, _block, maxBytes);
        if (result == DecompressionResult.Ok)
        {
            block = _block.WrittenSpan;
        }

        return result;
    }

    /// <summary>Gives the buffer back to the pool.</summary>
    public void Dispose() => _block.Dispose();
}
