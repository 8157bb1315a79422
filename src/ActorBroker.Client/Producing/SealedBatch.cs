using System.Buffers.Binary;
using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// What a batch's header needs of its records, which change no more: a header is written for each attempt, the records
/// are sent from where they lie.
/// </summary>
internal readonly record struct SealedBatch(
    ReadOnlyMemory<byte> Records, CompressionCodec Codec, int Count, long BaseTimestampMs, long MaxTimestampMs)
{
    /// <summary>Bytes of header and records.</summary>
    public int SizeInBytes => RecordBatchHeader.Size + Records.Length;

    /// <summary>The header under which the records go out; its checksum covers both.</summary>
    public byte[] WriteHeader(ProducerIdentity? identity, int baseSequence)
    {
        var header = new byte[RecordBatchHeader.Size];
        var room = header.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(room[8..], SizeInBytes - RecordBatchHeader.LengthOverhead);
        BinaryPrimitives.WriteInt32BigEndian(room[12..], -1);
        room[16] = RecordBatchHeader.CurrentMagic;
        BinaryPrimitives.WriteInt16BigEndian(room[21..], (short)Codec);
        BinaryPrimitives.WriteInt32BigEndian(room[23..], Count - 1);
        BinaryPrimitives.WriteInt64BigEndian(room[27..], BaseTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(room[35..], MaxTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(room[43..], identity?.Id ?? -1);
        BinaryPrimitives.WriteInt16BigEndian(room[51..], identity?.Epoch ?? -1);
        BinaryPrimitives.WriteInt32BigEndian(room[53..], identity is null ? -1 : baseSequence);
        BinaryPrimitives.WriteInt32BigEndian(room[57..], Count);
        var crc = Crc32C.Append(Crc32C.Compute(room[21..]), Records.Span);
        BinaryPrimitives.WriteUInt32BigEndian(room[17..], crc);
        return header;
    }
}
