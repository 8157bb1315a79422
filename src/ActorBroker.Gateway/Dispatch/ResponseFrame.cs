using ActorBroker.Protocol;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>The size prefix and the header around every response body.</summary>
internal static class ResponseFrame
{
    /// <summary>Begins a frame; the body is written next.</summary>
    public static KafkaWriter Begin(int correlationId, bool flexibleHeader, int capacity = 256)
    {
        var writer = new KafkaWriter(capacity);
        writer.Reserve(sizeof(int));
        writer.WriteInt32(correlationId);
        if (flexibleHeader)
        {
            writer.WriteUnsignedVarint(0); // No tagged fields.
        }

        return writer;
    }

    /// <summary>Completes a frame that lies wholly in the writer.</summary>
    public static BufferResponse End(KafkaWriter writer, bool prefersClose = false)
    {
        writer.PatchInt32(0, writer.Length - sizeof(int));
        return new BufferResponse(writer, prefersClose);
    }
}
