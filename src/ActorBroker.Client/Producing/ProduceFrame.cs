using ActorBroker.Client.Networking;

namespace ActorBroker.Client.Producing;

/// <summary>
/// Writes Produce requests, versions 3 to 12, around batches that stay where they are: the generated writer would copy
/// them into the frame.
/// </summary>
internal static class ProduceFrame
{
    /// <summary>The first version that takes batches of format v2.</summary>
    public const short FirstVersionWithBatches = 3;

    /// <summary>The first version in which a broker takes zstd.</summary>
    public const short FirstVersionWithZstd = 7;

    /// <summary>The first version in compact encoding.</summary>
    public const short FirstFlexibleVersion = 9;

    /// <summary>The most batches in a request; a system call gathers at most 1024 pieces.</summary>
    public const int BatchesMax = 256;

    /// <summary>Writes the body of a request with one batch of each partition.</summary>
    public static void Write(
        RequestFrame frame, short version, Acks acks, TimeSpan timeout, List<WaitingBatch> batches)
    {
        var compact = version >= FirstFlexibleVersion;
        var writer = frame.Writer;
        writer.WriteNullableString(null, compact); // No transaction.
        writer.WriteInt16((short)acks);
        writer.WriteInt32((int)timeout.TotalMilliseconds);
        var topics = batches.GroupBy(batch => batch.Topic).ToList();
        writer.WriteArrayLength(topics.Count, compact);
        foreach (var topic in topics)
        {
            writer.WriteString(topic.Key, compact);
            writer.WriteArrayLength(topic.Count(), compact);
            foreach (var batch in topic)
            {
                writer.WriteInt32(batch.Partition);
                writer.WriteArrayLength(batch.SizeInBytes, compact);
                writer.WriteRaw(batch.Header.Span);
                frame.AddPayload(batch.Records, batch.BytesLease);
                WriteNoTags(frame, compact);
            }

            WriteNoTags(frame, compact);
        }

        WriteNoTags(frame, compact);
    }

    private static void WriteNoTags(RequestFrame frame, bool compact)
    {
        if (compact)
        {
            frame.Writer.WriteUnsignedVarint(0);
        }
    }
}
