using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// What became of one attempt to send a batch: stored at an offset, or an exception that says why not.
/// </summary>
internal readonly record struct ProduceOutcome(long BaseOffset, KafkaException? Failure)
{
    public bool IsStored => Failure is null;

    /// <summary>The broker's code, where it was the broker that refused.</summary>
    public ErrorCode Code => (Failure as BrokerErrorException)?.Code ?? ErrorCode.None;

    /// <summary>
    /// True where the broker said that it has not stored the batch: after the other answers the leader may have it.
    /// </summary>
    /// <remarks>
    /// A leader that loses the partition answers so to what it has appended already, and waits to be replicated.
    /// </remarks>
    public bool WasRefused => Failure is BrokerErrorException
        && Code is not (ErrorCode.RequestTimedOut or ErrorCode.NotEnoughReplicasAfterAppend
            or ErrorCode.NotLeaderOrFollower or ErrorCode.UnknownTopicOrPartition
            or ErrorCode.UnknownServerError or ErrorCode.KafkaStorageError);

    public static ProduceOutcome Stored(long baseOffset) => new(baseOffset, null);

    public static ProduceOutcome Failed(KafkaException failure) => new(-1, failure);
}
