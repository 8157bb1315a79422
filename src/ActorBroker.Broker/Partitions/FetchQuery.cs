namespace ActorBroker.Broker.Partitions;

/// <summary>What a consumer asks of one partition.</summary>
/// <param name="FetchOffset">The first offset wanted.</param>
/// <param name="MaxBytes">At most this many bytes.</param>
/// <param name="AtLeastOneBatch">One whole batch even when it is larger than <paramref name="MaxBytes"/>.</param>
/// <param name="Isolation">Up to the high watermark or the last stable offset.</param>
/// <param name="CurrentLeaderEpoch">The epoch that the client believes in; -1: no check.</param>
/// <param name="LastFetchedEpoch">Epoch of the last record that the client has; -1: no check.</param>
/// <param name="AllowFollower">The client is content with a follower (KIP-392).</param>
public readonly record struct FetchQuery(
    long FetchOffset,
    int MaxBytes,
    bool AtLeastOneBatch,
    IsolationLevel Isolation,
    int CurrentLeaderEpoch = -1,
    int LastFetchedEpoch = -1,
    bool AllowFollower = false);

/// <summary>How far a consumer may see.</summary>
public enum IsolationLevel : byte
{
    /// <summary>Up to the high watermark.</summary>
    ReadUncommitted = 0,

    /// <summary>Up to the last stable offset.</summary>
    ReadCommitted = 1,
}
