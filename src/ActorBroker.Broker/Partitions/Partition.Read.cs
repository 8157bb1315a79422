using ActorBroker.Records;
using ActorBroker.Storage;

namespace ActorBroker.Broker.Partitions;

// Reads, on any thread, beside the turns.
public sealed partial class Partition
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;

    /// <summary>Reads committed bytes; never waits. Dispose the result.</summary>
    public FetchResult Fetch(in FetchQuery query)
    {
        if (Check(query.CurrentLeaderEpoch, query.AllowFollower, out var replica) is not ErrorCode.None and var refused)
        {
            return FetchResult.Failed(refused);
        }

        try
        {
            return Fetch(replica!.Log, replica.Leader is not null, in query);
        }
        catch (Exception failure) when (IsStorageFault(failure))
        {
            return FetchResult.Failed(ErrorCode.KafkaStorageError);
        }
    }

    /// <summary>Finds an offset by time, or by one of ListOffsets' special timestamps.</summary>
    /// <param name="timestampOrSpec">
    /// Unix milliseconds, or -1 latest, -2 earliest, -3 of the largest timestamp, -4 earliest on local disk, -5
    /// latest in remote storage (there is none).
    /// </param>
    /// <param name="isolation">Bounds what can be found.</param>
    /// <param name="currentLeaderEpoch">The epoch that the client believes in; -1: no check.</param>
    /// <param name="debugOrReplica">Bounded by the log end instead.</param>
    public OffsetLookup FindOffset(
        long timestampOrSpec, IsolationLevel isolation, int currentLeaderEpoch, bool debugOrReplica)
    {
        if (Check(currentLeaderEpoch, debugOrReplica, out var replica) is not ErrorCode.None and var refused)
        {
            return new OffsetLookup(refused);
        }

        try
        {
            var log = replica!.Log;
            var end = debugOrReplica ? LogEndOffset : Bound(isolation);
            if (timestampOrSpec is Latest or MaxTimestamp or >= 0 && !debugOrReplica && !KnowsItsEnd(replica))
            {
                return new OffsetLookup(ErrorCode.OffsetNotAvailable);
            }

            return timestampOrSpec switch
            {
                Latest => new OffsetLookup(ErrorCode.None, -1, end, log.Epochs.Latest ?? -1),
                Earliest or EarliestLocal => AtStart(log),
                LatestTiered => new OffsetLookup(ErrorCode.None),
                MaxTimestamp => Found(log.FindMaxTimestamp(end)),
                < 0 => new OffsetLookup(ErrorCode.UnsupportedVersion),
                _ => Found(log.FindByTimestamp(timestampOrSpec, end)),
            };
        }
        catch (Exception failure) when (IsStorageFault(failure))
        {
            return new OffsetLookup(ErrorCode.KafkaStorageError);
        }
    }

    /// <summary>
    /// The first committed record at or after the offset, with its time; offset -1 where there is none. What a group
    /// has not read yet is as old as this record.
    /// </summary>
    public OffsetLookup FindRecord(long offset)
    {
        if (Check(-1, orFollower: false, out var replica) is not ErrorCode.None and var refused)
        {
            return new OffsetLookup(refused);
        }

        try
        {
            return Found(replica!.Log.FindRecord(offset, HighWatermark));
        }
        catch (Exception failure) when (IsStorageFault(failure))
        {
            return new OffsetLookup(ErrorCode.KafkaStorageError);
        }
    }

    /// <summary>Where a leader epoch ends in this log.</summary>
    /// <param name="currentLeaderEpoch">The epoch that the client believes in; -1: no check.</param>
    /// <param name="leaderEpoch">The epoch asked for.</param>
    public EpochEndOffset OffsetForLeaderEpoch(int currentLeaderEpoch, int leaderEpoch)
    {
        if (Check(currentLeaderEpoch, orFollower: false, out var replica) is not ErrorCode.None and var refused)
        {
            return new EpochEndOffset(refused, -1, -1);
        }

        return EndOf(replica!.Log, leaderEpoch);
    }

    private FetchResult Fetch(PartitionLog log, bool isLeader, in FetchQuery query)
    {
        var lastStable = LastStableOffset;
        var highWatermark = HighWatermark;
        var logStart = log.LogStartOffset;
        if (query.LastFetchedEpoch >= 0)
        {
            var end = EndOf(log, query.LastFetchedEpoch);
            if (end.EndOffset < query.FetchOffset || end.Epoch < query.LastFetchedEpoch)
            {
                return new FetchResult
                {
                    HighWatermark = highWatermark,
                    LastStableOffset = lastStable,
                    LogStartOffset = logStart,
                    Diverging = end,
                };
            }
        }

        if (query.FetchOffset < logStart || query.FetchOffset > LogEndOffset)
        {
            return FetchResult.Failed(ErrorCode.OffsetOutOfRange) with { LogStartOffset = logStart };
        }

        if (query.FetchOffset > highWatermark && !isLeader)
        {
            // Not known to be committed here: a follower hears of it a little later (KIP-392).
            return FetchResult.Failed(ErrorCode.OffsetNotAvailable) with { LogStartOffset = logStart };
        }

        var bound = query.Isolation == IsolationLevel.ReadCommitted
            ? Math.Min(lastStable, highWatermark)
            : highWatermark;
        var records = query.FetchOffset < bound
            ? log.Read(query.FetchOffset, query.MaxBytes, bound, query.AtLeastOneBatch)
            : default;
        if (query.FetchOffset < log.LogStartOffset)
        {
            // Retention came in between: what was read may begin too late.
            records.Dispose();
            return FetchResult.Failed(ErrorCode.OffsetOutOfRange) with { LogStartOffset = log.LogStartOffset };
        }

        return new FetchResult
        {
            HighWatermark = highWatermark,
            LastStableOffset = lastStable,
            LogStartOffset = logStart,
            Records = records,
            Aborted = query.Isolation == IsolationLevel.ReadCommitted ? [] : null,
        };
    }

    private ErrorCode Check(int currentLeaderEpoch, bool orFollower, out OpenReplica? replica)
    {
        replica = _actor.Replica;
        if (replica is null && (_actor.IsClosing || !(orFollower || _actor.ShouldLead)))
        {
            return ErrorCode.NotLeaderOrFollower;
        }

        if (replica is null)
        {
            return ErrorCode.KafkaStorageError;
        }

        var epoch = replica.Leader?.LeaderEpoch ?? LeaderEpoch;
        return currentLeaderEpoch >= 0 && currentLeaderEpoch < epoch ? ErrorCode.FencedLeaderEpoch
            : currentLeaderEpoch > epoch ? ErrorCode.UnknownLeaderEpoch
            : replica.Leader is null && !orFollower ? ErrorCode.NotLeaderOrFollower
            : ErrorCode.None;
    }

    /// <summary>
    /// False right after an election: records of earlier leaderships may be committed without this leader knowing.
    /// </summary>
    private bool KnowsItsEnd(OpenReplica replica) =>
        replica.Leader is not { } machine || HighWatermark >= machine.LeaderEpochStartOffset;

    private long Bound(IsolationLevel isolation) =>
        isolation == IsolationLevel.ReadCommitted ? LastStableOffset : HighWatermark;

    private OffsetLookup AtStart(PartitionLog log)
    {
        var start = LogStartOffset;
        return new OffsetLookup(ErrorCode.None, -1, start, log.Epochs.EpochAt(start) ?? -1);
    }

    private static OffsetLookup Found(TimestampOffset? found) => found is { } at
        ? new OffsetLookup(ErrorCode.None, at.TimestampMs, at.Offset, at.LeaderEpoch)
        : new OffsetLookup(ErrorCode.None);

    private EpochEndOffset EndOf(PartitionLog log, int leaderEpoch)
    {
        if (leaderEpoch < 0)
        {
            return new EpochEndOffset(ErrorCode.None, -1, -1);
        }

        var (epoch, endOffset) = log.Epochs.EndOffsetFor(leaderEpoch, LogEndOffset);
        return new EpochEndOffset(ErrorCode.None, epoch, endOffset);
    }
}
