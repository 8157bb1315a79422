using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Assignors.Wire;

/// <summary>
/// What a member of a classic consumer group gets in SyncGroup: <c>ConsumerProtocolAssignment</c> with its version
/// before it. All versions have the same fields.
/// </summary>
public static class MemberAssignment
{
    /// <summary>The newest version that is known.</summary>
    public const short HighestVersion = 3;

    /// <summary>Reads an assignment; no bytes are no partitions. False for bytes that are no assignment.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out IReadOnlyList<TopicPartition> partitions)
    {
        partitions = [];
        if (bytes.IsEmpty)
        {
            return true;
        }

        var reader = new KafkaReader(bytes);
        var version = reader.ReadInt16();
        if (reader.Faulted || version < 0)
        {
            return false;
        }

        var message = ConsumerProtocolAssignment.Read(ref reader, Math.Min(version, HighestVersion));
        if (reader.Faulted)
        {
            return false;
        }

        partitions = PartitionLists.Flatten(
            message.AssignedPartitions, assigned => assigned.Topic, assigned => assigned.Partitions);
        return true;
    }

    /// <summary>The bytes of an assignment.</summary>
    /// <param name="partitions">What the member gets.</param>
    /// <param name="version">
    /// The version in front of the fields: the oldest, which every client reads, unless the member is known to speak
    /// another one.
    /// </param>
    public static byte[] Write(IReadOnlyCollection<TopicPartition> partitions, short version = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        version = Math.Min(version, HighestVersion);
        var message = new ConsumerProtocolAssignment();
        foreach (var (topic, indexes) in PartitionLists.ByTopic(partitions))
        {
            var assigned = new ConsumerProtocolAssignment.TopicPartition { Topic = topic };
            assigned.Partitions.AddRange(indexes);
            message.AssignedPartitions.Add(assigned);
        }

        using var writer = new KafkaWriter();
        writer.WriteInt16(version);
        message.Write(writer, version);
        return writer.WrittenSpan.ToArray();
    }
}
