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

    public static ProduceOutcome Stored(long baseOffset) => new(baseOffset, null);

    public static ProduceOutcome Failed(KafkaException failure) => new(-1, failure);
}
