using System.Buffers.Binary;

namespace ActorBroker.Records;

/// <summary>The control batch that ends a transaction: one uncompressed record, which clients never see.</summary>
/// <param name="Type"><see cref="ControlRecordType.Abort"/> or <see cref="ControlRecordType.Commit"/>.</param>
/// <param name="CoordinatorEpoch">Epoch of the transaction coordinator that decided.</param>
public readonly record struct TransactionMarker(ControlRecordType Type, int CoordinatorEpoch)
{
    private const int KeySize = 4;
    private const int ValueSize = 6;

    /// <summary>Builds the marker's batch with a builder that holds no records; valid as <c>Build</c> says.</summary>
    public ReadOnlyMemory<byte> Build(
        RecordBatchBuilder builder, long producerId, short producerEpoch, long timestampMs)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var content = new byte[KeySize + ValueSize];
        BinaryPrimitives.WriteInt16BigEndian(content.AsSpan(2), (short)Type);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(KeySize + 2), CoordinatorEpoch);
        builder.Append(timestampMs, content.AsMemory(0, KeySize), content.AsMemory(KeySize));
        return builder.Build(new RecordBatchOptions
        {
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            IsTransactional = true,
            IsControl = true,
        });
    }

    /// <summary>Reads the marker of a whole, checked batch; false where it is anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> batch, in RecordBatchHeader header, out TransactionMarker marker)
    {
        marker = default;
        if (!header.IsControl || header.Codec != CompressionCodec.None || header.RecordCount != 1)
        {
            return false;
        }

        var records = new RecordReader(batch[RecordBatchHeader.Size..header.SizeInBytes], header.RecordCount);
        if (!records.MoveNext() || records.Key.Length < KeySize)
        {
            return false;
        }

        var type = (ControlRecordType)BinaryPrimitives.ReadInt16BigEndian(records.Key[2..]);
        if (type is not (ControlRecordType.Abort or ControlRecordType.Commit) || records.Value.Length < ValueSize)
        {
            return false;
        }

        marker = new TransactionMarker(type, BinaryPrimitives.ReadInt32BigEndian(records.Value[2..]));
        return true;
    }
}
