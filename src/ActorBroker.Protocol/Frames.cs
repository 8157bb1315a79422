using System.Buffers.Binary;

namespace ActorBroker.Protocol;

/// <summary>Frames: four bytes of size, then header and body.</summary>
public static class Frames
{
    /// <summary>Bytes of the size before each frame, which the size does not count.</summary>
    public const int PrefixSize = 4;

    /// <summary>The largest frame unless <c>socket.request.max.bytes</c> says otherwise.</summary>
    public const int SizeMaxDefault = 100 * 1024 * 1024;

    /// <summary>The largest frame before a client has authenticated.</summary>
    public const int SizeMaxBeforeAuthentication = 512 * 1024;

    /// <summary>
    /// Reads a frame's size. False for one that is zero, negative or above <paramref name="sizeMax"/>: the stream is
    /// not Kafka or not sane, there is no way back to a frame's start, and the connection must be closed.
    /// </summary>
    public static bool TryReadSize(ReadOnlySpan<byte> prefix, int sizeMax, out int size)
    {
        size = BinaryPrimitives.ReadInt32BigEndian(prefix);
        return size > 0 && size <= sizeMax;
    }

    /// <summary>Appends one whole request frame, size included, and gives its bytes on the wire.</summary>
    public static int WriteRequest<T>(KafkaWriter writer, short version, int correlationId, string? clientId, T body)
        where T : IApiRequest<T>
    {
        var start = writer.Reserve(PrefixSize);
        var header = new RequestHeader((short)T.ApiKey, version, correlationId, clientId);
        header.Write(writer, ApiKeys.Get(T.ApiKey).RequestHeaderVersion(version));
        body.Write(writer, version);
        return PatchSize(writer, start);
    }

    /// <summary>Appends one whole response frame, size included, and gives its bytes on the wire.</summary>
    public static int WriteResponse<T>(KafkaWriter writer, short version, int correlationId, T body)
        where T : IApiResponse<T> =>
        WriteResponse(writer, ApiKeys.Get(T.ApiKey).ResponseHeaderVersion(version), version, correlationId, body);

    /// <summary>As the other, for a body whose type is known only when it runs.</summary>
    public static int WriteResponse(
        KafkaWriter writer, short headerVersion, short version, int correlationId, IApiMessage body)
    {
        var start = writer.Reserve(PrefixSize);
        new ResponseHeader(correlationId).Write(writer, headerVersion);
        body.Write(writer, version);
        return PatchSize(writer, start);
    }

    private static int PatchSize(KafkaWriter writer, int start)
    {
        var size = writer.Length - start;
        writer.PatchInt32(start, size - PrefixSize);
        return size;
    }
}
