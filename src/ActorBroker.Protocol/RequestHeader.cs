namespace ActorBroker.Protocol;

/// <summary>What stands before a request's body: which API and version, whose request, and its number.</summary>
/// <remarks>
/// The header's own version follows from the API and its version, see <see cref="ApiInfo.RequestHeaderVersion"/>. The
/// client id keeps its two-byte length in every version; version 2 adds tagged fields, of which none is known.
/// </remarks>
public readonly record struct RequestHeader(short ApiKey, short ApiVersion, int CorrelationId, string? ClientId)
{
    /// <summary>Bytes before the client id; they are the same in every version.</summary>
    public const int FixedSize = 8;

    /// <summary>
    /// Reads key, version and correlation id, which every request has; enough to answer a request whose API or version
    /// is unknown. The client id comes with <see cref="Read"/>.
    /// </summary>
    public static RequestHeader ReadFixed(ref KafkaReader reader) =>
        new(reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt32(), null);

    /// <summary>
    /// Reads the header in the version that its API has. For a key or version that is unknown the reader stops after
    /// the correlation id.
    /// </summary>
    public static RequestHeader Read(ref KafkaReader reader)
    {
        var header = ReadFixed(ref reader);
        var api = ApiKeys.Find(header.ApiKey);
        if (reader.Faulted || api is null || !api.Versions.Contains(header.ApiVersion))
        {
            return header;
        }

        return header.ReadRest(ref reader, api.RequestHeaderVersion(header.ApiVersion));
    }

    /// <summary>Reads what follows the correlation id in a header of the given version.</summary>
    public RequestHeader ReadRest(ref KafkaReader reader, short headerVersion)
    {
        var clientId = headerVersion >= 1 ? reader.ReadNullableString(compact: false) : null;
        if (headerVersion >= 2)
        {
            reader.SkipTaggedFields();
        }

        return this with { ClientId = clientId };
    }

    /// <summary>Writes the header in the given version.</summary>
    public void Write(KafkaWriter writer, short headerVersion)
    {
        writer.WriteInt16(ApiKey);
        writer.WriteInt16(ApiVersion);
        writer.WriteInt32(CorrelationId);
        if (headerVersion >= 1)
        {
            writer.WriteNullableString(ClientId, compact: false);
        }

        if (headerVersion >= 2)
        {
            writer.WriteUnsignedVarint(0);
        }
    }
}
