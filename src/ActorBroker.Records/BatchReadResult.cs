namespace ActorBroker.Records;

/// <summary>What stands at the start of a buffer that should hold a record batch.</summary>
public enum BatchReadResult : byte
{
    /// <summary>A whole, sound batch.</summary>
    Ok,

    /// <summary>The buffer ends before the batch does: more bytes may complete it.</summary>
    Truncated,

    /// <summary>A format other than 2.</summary>
    BadMagic,

    /// <summary>The length is too small for a header, or the count or last offset delta contradicts it.</summary>
    BadLength,

    /// <summary>The checksum does not match the bytes.</summary>
    BadCrc,
}
