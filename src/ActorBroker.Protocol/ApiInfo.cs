namespace ActorBroker.Protocol;

/// <summary>One API that has messages: its versions and the versions of its headers.</summary>
public sealed record ApiInfo(ApiKey Key, MessageDescriptor Request, MessageDescriptor Response)
{
    /// <summary>Kafka's name.</summary>
    public string Name => Key.ToString();

    /// <summary>The versions that the codecs know; a broker may serve fewer.</summary>
    public VersionSpan Versions => Request.Versions;

    /// <summary>2 with tagged fields, 1 without.</summary>
    public short RequestHeaderVersion(short version) => Versions.IsFlexible(version) ? (short)2 : (short)1;

    /// <summary>
    /// 1 with tagged fields, 0 without. ApiVersions always answers with 0, for a client that does not yet know what the
    /// broker speaks must be able to read it.
    /// </summary>
    public short ResponseHeaderVersion(short version) =>
        Key != ApiKey.ApiVersions && Versions.IsFlexible(version) ? (short)1 : (short)0;
}
