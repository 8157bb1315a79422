using ActorBroker.Core.Replication;

namespace ActorBroker.Orleans.Replication;

/// <summary>The replication protocol's values as grains carry them.</summary>
internal static class ReplicaMessages
{
    public static ReplicaQuestion Question(in ReplicaAppend append, ReadOnlyMemory<byte> records) => new()
    {
        LeaderId = append.LeaderId,
        LeaderEpoch = append.LeaderEpoch,
        LeaderEpochStartOffset = append.LeaderEpochStartOffset,
        PreviousEpoch = append.PreviousEpoch,
        PreviousOffset = append.PreviousOffset,
        HighWatermark = append.HighWatermark,
        LogStartOffset = append.LogStartOffset,
        StartsAnew = append.StartsAnew,
        Records = new RecordBytes(records),
    };

    public static ReplicaAppend Append(ReplicaKey key, in ReplicaQuestion question) => new()
    {
        TopicId = key.TopicId,
        Partition = key.Partition,
        LeaderId = question.LeaderId,
        LeaderEpoch = question.LeaderEpoch,
        LeaderEpochStartOffset = question.LeaderEpochStartOffset,
        PreviousEpoch = question.PreviousEpoch,
        PreviousOffset = question.PreviousOffset,
        HighWatermark = question.HighWatermark,
        LogStartOffset = question.LogStartOffset,
        StartsAnew = question.StartsAnew,
        Records = question.Records.Memory,
    };

    public static ReplicaAnswer Answer(in ReplicaAppendResult result) => new()
    {
        Status = (byte)result.Status,
        Epoch = result.Epoch,
        EndOffset = result.EndOffset,
        BrokerEpoch = result.BrokerEpoch,
        RestMs = result.RestMs,
    };

    public static ReplicaAppendResult Result(in ReplicaAnswer answer) =>
        Enum.IsDefined((ReplicaAppendStatus)answer.Status)
            ? new()
            {
                Status = (ReplicaAppendStatus)answer.Status,
                Epoch = answer.Epoch,
                EndOffset = answer.EndOffset,
                BrokerEpoch = answer.BrokerEpoch,
                RestMs = answer.RestMs,
            }
            : ReplicaAppendResult.Of(ReplicaAppendStatus.Lost);
}
