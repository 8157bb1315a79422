// The bytes of __consumer_offsets: an int16 version and then the fields, in key and in value. The key's version is the
// record's type (0 and 1 are both the key of a committed offset). Versions are written as Kafka 4.0 writes them.
using System.Buffers.Binary;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Core.Groups.Records;

/// <summary>What became of reading a stored record.</summary>
public enum GroupRecordResult
{
    /// <summary>It is understood.</summary>
    Ok,

    /// <summary>A kind of record that this version does not know, e.g. a share group's.</summary>
    UnknownType,

    /// <summary>A value written by something newer.</summary>
    UnknownVersion,

    /// <summary>Bytes that are no record of the type that they say.</summary>
    Malformed,
}

/// <summary>Encodes and decodes the records of <c>__consumer_offsets</c>.</summary>
public static class GroupRecordCodec
{
    private const short OffsetCommitKeyVersion = 1;
    private const short OffsetCommitValueVersion = 3;
    private const short OffsetCommitValueWithExpiryVersion = 1;
    private const short GroupMetadataValueVersion = 3;

    /// <summary>True where a decoded record keeps slices of the bytes it was read from.</summary>
    public static bool KeepsBytes(ReadOnlySpan<byte> key) =>
        key.Length >= 2 && BinaryPrimitives.ReadInt16BigEndian(key)
            is GroupMetadataKey.HighestVersion or ConsumerGroupMemberMetadataKey.HighestVersion;

    /// <summary>Appends the key's bytes.</summary>
    public static void WriteKey(KafkaWriter writer, IApiMessage key)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(key);
        Write(writer, key, KeyVersion(key));
    }

    /// <summary>Appends the value's bytes.</summary>
    public static void WriteValue(KafkaWriter writer, IApiMessage value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        Write(writer, value, value switch
        {
            OffsetCommitValue { ExpireTimestamp: >= 0 } => OffsetCommitValueWithExpiryVersion,
            OffsetCommitValue => OffsetCommitValueVersion,
            GroupMetadataValue => GroupMetadataValueVersion,
            _ => 0,
        });
    }

    /// <summary>Decodes a record; what is not <c>Ok</c> is for the caller to report and to pass over.</summary>
    /// <param name="key">The key's bytes.</param>
    /// <param name="value">The value's bytes; null for a tombstone.</param>
    /// <param name="record">May keep slices of the bytes: see <see cref="KeepsBytes"/>.</param>
    public static GroupRecordResult TryRead(
        ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value, out GroupRecord record)
    {
        record = default;
        if (key.Length < 2)
        {
            return GroupRecordResult.Malformed;
        }

        var reader = new KafkaReader(key);
        return reader.ReadInt16() switch
        {
            0 => Read<OffsetCommitKey, OffsetCommitValue>(ref reader, 0, value, out record),
            1 => Read<OffsetCommitKey, OffsetCommitValue>(ref reader, 1, value, out record),
            2 => Read<GroupMetadataKey, GroupMetadataValue>(ref reader, 2, value, out record),
            3 => Read<ConsumerGroupMetadataKey, ConsumerGroupMetadataValue>(ref reader, 3, value, out record),
            4 => Read<ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue>(
                ref reader, 4, value, out record),
            5 => Read<ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue>(
                ref reader, 5, value, out record),
            6 => Read<ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataValue>(
                ref reader, 6, value, out record),
            7 => Read<ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue>(
                ref reader, 7, value, out record),
            8 => Read<ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue>(
                ref reader, 8, value, out record),
            16 => Read<ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue>(
                ref reader, 16, value, out record),
            _ => GroupRecordResult.UnknownType,
        };
    }

    private static short KeyVersion(IApiMessage key) => key switch
    {
        OffsetCommitKey => OffsetCommitKeyVersion,
        GroupMetadataKey => GroupMetadataKey.HighestVersion,
        ConsumerGroupMetadataKey => ConsumerGroupMetadataKey.HighestVersion,
        ConsumerGroupPartitionMetadataKey => ConsumerGroupPartitionMetadataKey.HighestVersion,
        ConsumerGroupMemberMetadataKey => ConsumerGroupMemberMetadataKey.HighestVersion,
        ConsumerGroupTargetAssignmentMetadataKey => ConsumerGroupTargetAssignmentMetadataKey.HighestVersion,
        ConsumerGroupTargetAssignmentMemberKey => ConsumerGroupTargetAssignmentMemberKey.HighestVersion,
        ConsumerGroupCurrentMemberAssignmentKey => ConsumerGroupCurrentMemberAssignmentKey.HighestVersion,
        ConsumerGroupRegularExpressionKey => ConsumerGroupRegularExpressionKey.HighestVersion,
        _ => throw new InvariantViolationException($"{key.GetType().Name} is no key of a group's record"),
    };

    private static void Write(KafkaWriter writer, IApiMessage message, short version)
    {
        writer.WriteInt16(version);
        message.Write(writer, version);
    }

    private static GroupRecordResult Read<TKey, TValue>(
        ref KafkaReader reader, short version, ReadOnlyMemory<byte>? value, out GroupRecord record)
        where TKey : class, IApiMessage<TKey>
        where TValue : class, IApiMessage<TValue>
    {
        record = default;
        var key = TKey.Read(ref reader, version);
        if (!reader.Complete)
        {
            return GroupRecordResult.Malformed;
        }

        if (value is not { } bytes)
        {
            record = new GroupRecord(key, null);
            return GroupRecordResult.Ok;
        }

        var values = new KafkaReader(bytes);
        var valueVersion = values.ReadInt16();
        if (values.Faulted || valueVersion < TValue.LowestVersion)
        {
            return GroupRecordResult.Malformed;
        }

        if (valueVersion > TValue.HighestVersion)
        {
            return GroupRecordResult.UnknownVersion;
        }

        var read = TValue.Read(ref values, valueVersion);
        if (!values.Complete)
        {
            return GroupRecordResult.Malformed;
        }

        record = new GroupRecord(key, read);
        return GroupRecordResult.Ok;
    }
}
