using System.Buffers.Binary;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// The whole batches at the start of a fetch's bytes: an answer may end in the middle of one. Checks that they lead
/// forward, so that no answer can make a consumer go round in circles; checksums are the reader's to check.
/// </summary>
internal readonly record struct WholeBatches(int Length, long NextOffset, int LeaderEpoch)
{
    private const int MagicAt = 16;

    /// <summary>
    /// False where the first batch is not whole, is of another format, or does not lead past the offset.
    /// </summary>
    public static bool TryFind(ReadOnlySpan<byte> records, long fetchOffset, out WholeBatches found)
    {
        found = new WholeBatches(0, fetchOffset, -1);
        while (TryTakeBatch(records[found.Length..], out var header) && header.NextOffset > found.NextOffset)
        {
            found = new WholeBatches(
                found.Length + header.SizeInBytes, header.NextOffset, header.PartitionLeaderEpoch);
        }

        return found.Length > 0;
    }

    private static bool TryTakeBatch(ReadOnlySpan<byte> rest, out RecordBatchHeader header)
    {
        header = default;
        if (rest.Length < RecordBatchHeader.Size || rest[MagicAt] != RecordBatchHeader.CurrentMagic)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(rest[8..]);
        return length >= RecordBatchHeader.Size - RecordBatchHeader.LengthOverhead
            && length <= rest.Length - RecordBatchHeader.LengthOverhead
            && RecordBatchHeader.TryRead(rest, out header)
            && header.BaseOffset >= 0
            && header.LastOffsetDelta >= 0
            && header.LastOffset >= header.BaseOffset;
    }
}
