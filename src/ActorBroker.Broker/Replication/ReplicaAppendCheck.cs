using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Broker.Replication;

/// <summary>Looks at what another broker sent before a machine may judge it. Any thread.</summary>
internal static class ReplicaAppendCheck
{
    /// <summary>
    /// Whole batches with a right checksum, in order of offsets from the previous one on (only the first may begin
    /// before it, where a log starts within a batch), and of epochs up to the leader's. Base offset and epoch lie
    /// outside the checksum, so this is all that is known of them.
    /// </summary>
    public static bool IsSound(in ReplicaAppend append)
    {
        if (append.LeaderEpoch < 0 || append.PreviousEpoch > append.LeaderEpoch || append.PreviousOffset < 0 ||
            append.LeaderEpochStartOffset < 0 || append.LogStartOffset < 0)
        {
            return false;
        }

        var rest = append.Records.Span;
        var next = append.PreviousOffset;
        var first = 0L;
        var epoch = Math.Max(append.PreviousEpoch, 0);
        while (!rest.IsEmpty)
        {
            if (RecordBatch.TryRead(rest, out var batch) != BatchReadResult.Ok ||
                batch.BaseOffset < Math.Min(first, next) || batch.NextOffset <= next ||
                batch.BaseOffset > long.MaxValue - int.MaxValue - 1L ||
                batch.PartitionLeaderEpoch < epoch || batch.PartitionLeaderEpoch > append.LeaderEpoch)
            {
                return false;
            }

            first = next = batch.NextOffset;
            epoch = batch.PartitionLeaderEpoch;
            rest = rest[batch.SizeInBytes..];
        }

        return true;
    }
}
