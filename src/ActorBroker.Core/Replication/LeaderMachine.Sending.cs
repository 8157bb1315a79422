using System.Diagnostics.CodeAnalysis;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Cluster;

namespace ActorBroker.Core.Replication;

// What goes to the followers: a window of appends for each, refilled as it is answered. One that is slow fills its own
// window and nobody else's.
public sealed partial class LeaderMachine
{
    /// <summary>Bytes that may be on the way to one follower of one partition.</summary>
    public const int WindowBytes = 4 << 20;

    /// <summary>Bytes of one append, unless a single batch is larger.</summary>
    public const int AppendBytesMax = 1 << 20;

    /// <summary>Appends that may be on the way to one follower of one partition.</summary>
    public const int WindowAppends = 32;

    private int _rounds;

    /// <summary>
    /// A follower knows of a later leadership: this one is over, whatever the catalogue's feed has told so far. Nothing
    /// is accepted or sent any more.
    /// </summary>
    public bool IsDeposed { get; private set; }

    /// <summary>The followers: every replica but this one.</summary>
    public IReadOnlyCollection<int> Followers => _followers.Keys;

    /// <summary>Up to where a follower's log is known to be the same; -1: unknown.</summary>
    public long HeldBy(int followerId) =>
        _followers.TryGetValue(followerId, out var follower) ? follower.LogEndOffset : -1;

    /// <summary>The last time for which it is known that a follower held all that there was; -1: no follower.</summary>
    public long CaughtUpMs(int followerId) =>
        _followers.TryGetValue(followerId, out var follower) ? follower.CaughtUpMs : -1;

    internal int RoundOf(int followerId) =>
        _followers.TryGetValue(followerId, out var follower) ? follower.Round : -1;

    /// <summary>Bytes on the way to a follower.</summary>
    public long BytesInFlight(int followerId) =>
        _followers.TryGetValue(followerId, out var follower) ? follower.BytesInFlight : 0;

    /// <summary>
    /// What is to be sent to a follower now, if anything. After each the shell says <see cref="Sent"/> and asks again.
    /// </summary>
    /// <param name="followerId">Which one.</param>
    /// <param name="history">The log's epochs.</param>
    /// <param name="logStartOffset">The log's start.</param>
    /// <param name="nowMs">The time.</param>
    /// <param name="withNews">
    /// Also where there are no records, only a higher high watermark or log start. News alone are cheap to put off:
    /// the next append carries them, too.
    /// </param>
    /// <param name="plan">The append.</param>
    public bool TryPlan(
        int followerId, IEpochHistory history, long logStartOffset, long nowMs, bool withNews,
        [NotNullWhen(true)] out AppendPlan? plan)
    {
        ArgumentNullException.ThrowIfNull(history);
        plan = null;
        if (IsDeposed || !_followers.TryGetValue(followerId, out var follower) || nowMs < follower.NotBeforeMs)
        {
            return false;
        }

        var from = Math.Min(follower.Next, LogEndOffset);
        var room = WindowBytes - follower.BytesInFlight;
        var hasRecords = from < LogEndOffset;
        var isDue = follower.IsProbing
            ? follower.InFlight == 0
            : (hasRecords && room > 0 && follower.InFlight < WindowAppends) ||
              (withNews && follower.InFlight == 0 && follower.Told != (HighWatermark, logStartOffset));
        if (!isDue)
        {
            return false;
        }

        var startsAnew = from <= logStartOffset;
        from = Math.Max(from, logStartOffset);
        var previousEpoch = history.EpochAt(from - 1) ?? -1;
        var bytes = follower.IsProbing || from == LogEndOffset ? 0 : (int)Math.Min(room, AppendBytesMax);
        plan = new AppendPlan(
            LeaderEpoch, followerId, follower.Round, from, previousEpoch, startsAnew, bytes)
        {
            LogStartOffset = logStartOffset,
        };
        return true;
    }

    /// <summary>
    /// There is something for a follower that <see cref="TryPlan"/> would send, and that no records carry: a question,
    /// or news that were put off.
    /// </summary>
    public bool HasNews(int followerId, long logStartOffset, long nowMs) =>
        !IsDeposed && _followers.TryGetValue(followerId, out var follower) && nowMs >= follower.NotBeforeMs &&
        follower.InFlight == 0 &&
        (follower.IsProbing ||
            (follower.Next >= LogEndOffset && follower.Told != (HighWatermark, logStartOffset)));

    /// <summary>The next append for a follower, if it has room for one, carries the records from here on.</summary>
    public bool IsNext(int followerId, long offset) =>
        _followers.TryGetValue(followerId, out var follower) && !follower.IsProbing && follower.Next == offset;

    /// <summary>The planned append was handed to the link, with records up to <paramref name="endOffset"/>.</summary>
    public void Sent(in AppendPlan plan, long endOffset, int bytes, long logStartOffset)
    {
        Invariant.Holds(endOffset >= plan.From && endOffset <= LogEndOffset);
        if (_followers.TryGetValue(plan.FollowerId, out var follower) && follower.Round == plan.Round)
        {
            follower.Sent(endOffset, bytes, HighWatermark, logStartOffset);
        }
    }

    /// <summary>A follower answered an append of <paramref name="bytes"/> bytes, or nobody knows whether.</summary>
    /// <param name="plan">What was asked, by this very machine: an answer that another one asked for is to be
    /// dropped.</param>
    /// <param name="bytes">As given to <see cref="Sent"/>.</param>
    /// <param name="result">The answer. A <see cref="ReplicaAppendStatus.Fenced"/> ends this leadership
    /// (<see cref="IsDeposed"/>): the shell steps down, and waits for the catalogue.</param>
    /// <param name="history">The log's epochs.</param>
    /// <param name="nowMs">The time.</param>
    /// <returns>True when the high watermark advanced.</returns>
    public bool Answered(
        in AppendPlan plan, int bytes, in ReplicaAppendResult result, IEpochHistory history, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (plan.LeaderEpoch != LeaderEpoch ||
            !_followers.TryGetValue(plan.FollowerId, out var follower) ||
            plan.Round != follower.Round)
        {
            return false;
        }

        follower.Landed(bytes);
        switch (result.Status)
        {
            case ReplicaAppendStatus.Appended:
                if (!IsOfThisLife(follower, result.BrokerEpoch, nowMs))
                {
                    return false;
                }

                follower.KnowsLogStart(Math.Min(plan.LogStartOffset, result.EndOffset));
                return FollowerAcknowledged(follower, result.EndOffset, nowMs);
            case ReplicaAppendStatus.Diverged:
                if (IsOfThisLife(follower, result.BrokerEpoch, nowMs))
                {
                    var endOffset = Math.Max(result.EndOffset, 0);
                    follower.Diverged(++_rounds, Earlier(in plan, result.Epoch, endOffset, history), endOffset);
                }

                return false;
            case ReplicaAppendStatus.Fenced:
                IsDeposed |= result.Epoch > LeaderEpoch;
                break;
        }

        follower.PutOff(++_rounds, follower.LogEndOffset >= 0 ? follower.LogEndOffset : plan.From, nowMs);
        return false;
    }

    /// <summary>
    /// Brokers came, went or began another life. Followers that are there are asked at once: one that begins anew would
    /// otherwise be noticed only by the next record, and never return to the in-sync set of a quiet partition.
    /// </summary>
    public void BrokersChanged(ClusterView view, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(view);
        foreach (var follower in _followers.Values)
        {
            if (!view.IsLive(follower.BrokerId))
            {
                continue;
            }

            // Also one that has not answered yet: what is on the way may be of the life before, and that one's answer
            // would say all there is to say in a quiet partition.
            if (follower.Registered(view.EpochOf(follower.BrokerId)))
            {
                follower.Restart(++_rounds, LogEndOffset, nowMs);
            }
            else
            {
                follower.RetryNow();
            }
        }
    }

    /// <summary>
    /// Whoever may lead next begins here at least: every other member of the in-sync set, and of one that is proposed,
    /// has answered an append that told it so.
    /// </summary>
    public bool IsLogStartKnown(long logStartOffset) =>
        IsLogStartKnown(logStartOffset, State) && (_proposed is null || IsLogStartKnown(logStartOffset, _proposed));

    /// <summary>When the next follower that was put off may be sent to again; <c>long.MaxValue</c>: none is.</summary>
    public long NextSendMs(long nowMs)
    {
        var next = long.MaxValue;
        foreach (var follower in _followers.Values)
        {
            if (follower.NotBeforeMs > nowMs)
            {
                next = Math.Min(next, follower.NotBeforeMs);
            }
        }

        return next;
    }

    private bool IsLogStartKnown(long logStartOffset, PartitionState state)
    {
        foreach (var id in state.InSync)
        {
            if (id != _brokerId &&
                !(_followers.TryGetValue(id, out var follower) && follower.KnownLogStart >= logStartOffset))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// False for an answer from a life that is over, and for the first one from a new life: it is asked anew.
    /// </summary>
    private bool IsOfThisLife(FollowerProgress follower, long brokerEpoch, long nowMs)
    {
        if (follower.BrokerEpoch < 0)
        {
            follower.Meet(brokerEpoch);
        }
        else if (brokerEpoch > follower.BrokerEpoch)
        {
            follower.Restart(++_rounds, LogEndOffset, nowMs);
            return false;
        }

        return brokerEpoch == follower.BrokerEpoch;
    }

    /// <summary>
    /// Where to ask next, after the follower has named its largest epoch up to the one asked for, and where that ends.
    /// Always before what was asked, so that asking comes to an end.
    /// </summary>
    private long Earlier(in AppendPlan plan, int epoch, long endOffset, IEpochHistory history)
    {
        var shared = endOffset;
        if (epoch >= 0)
        {
            var (known, end) = history.EndOffsetFor(epoch, LogEndOffset);
            shared = known == epoch ? Math.Min(endOffset, end) : Math.Max(end, 0);
        }

        return Math.Clamp(shared, 0, Math.Max(plan.From - 1, 0));
    }
}
