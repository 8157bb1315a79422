namespace ActorBroker.Protocol;

/// <summary>What stands before a response's body: the number of the request that it answers.</summary>
public readonly record struct ResponseHeader(int CorrelationId)
{
    /// <summary>Reads a header of the given version; version 1 adds tagged fields, of which none is known.</summary>
    public static ResponseHeader Read(ref KafkaReader reader, short headerVersion)
    {
        var header = new ResponseHeader(reader.ReadInt32());
        if (headerVersion >= 1)
        {
            reader.SkipTaggedFields();
        }

        return header;
    }

    /// <summary>Writes the header in the given version.</summary>
    public void Write(KafkaWriter writer, short headerVersion)
    {
        writer.WriteInt32(CorrelationId);
        if (headerVersion >= 1)
        {
            writer.WriteUnsignedVarint(0);
        }
    }
}
