namespace ActorBroker.Records;

/// <summary>How a decompression ended.</summary>
public enum DecompressionResult : byte
{
    /// <summary>All bytes are there.</summary>
    Ok,

    /// <summary>The input is no whole, sound stream of its codec.</summary>
    Corrupt,

    /// <summary>The output would have passed the limit: a decompression bomb, or a limit that is too small.</summary>
    TooLarge,

    /// <summary>The codec number has no meaning (5 to 7).</summary>
    UnknownCodec,
}
