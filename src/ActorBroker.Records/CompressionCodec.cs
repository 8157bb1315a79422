namespace ActorBroker.Records;

/// <summary>How a batch's record bytes are compressed: attribute bits 0 to 2.</summary>
public enum CompressionCodec : byte
{
    /// <summary>Not compressed.</summary>
    None = 0,

    /// <summary>RFC 1952.</summary>
    Gzip = 1,

    /// <summary>Snappy, in the framing of Kafka's Java clients or as one raw block.</summary>
    Snappy = 2,

    /// <summary>The LZ4 frame format.</summary>
    Lz4 = 3,

    /// <summary>RFC 8878; Produce v7+ and Fetch v10+.</summary>
    Zstd = 4,
}
