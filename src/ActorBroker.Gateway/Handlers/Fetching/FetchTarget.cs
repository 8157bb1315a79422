namespace ActorBroker.Gateway.Handlers.Fetching;

/// <summary>Names a partition of a fetch: by topic name up to v12, by topic id from v13.</summary>
internal readonly record struct FetchKey(string? Topic, Guid TopicId, int Partition);

/// <summary>
/// One partition as a client wants it fetched. In a session it lives as long as the session, and remembers what the
/// client was told last.
/// </summary>
internal sealed class FetchTarget(FetchKey key)
{
    /// <summary>Which partition.</summary>
    public FetchKey Key => key;

    /// <summary>The first offset wanted.</summary>
    public long Offset { get; set; }

    /// <summary>At most this many bytes of it.</summary>
    public int MaxBytes { get; set; }

    /// <summary>The leader epoch that the client believes in; -1: no check.</summary>
    public int CurrentLeaderEpoch { get; set; } = -1;

    /// <summary>Epoch of the client's last record; -1: no check.</summary>
    public int LastFetchedEpoch { get; set; } = -1;

    /// <summary>The high watermark that the client was told last.</summary>
    public long ToldHighWatermark { get; set; } = -1;

    /// <summary>The log start that the client was told last.</summary>
    public long ToldLogStart { get; set; } = -1;
}
