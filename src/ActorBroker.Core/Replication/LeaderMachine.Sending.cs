using System.Diagnostics.CodeAnalysis;

namespace ActorBroker.Core.Replication;

// What goes to the followers: a window of appends for each, refilled as it is answered. One that is slow fills its own
// window and nobody else's.
public sealed partial class LeaderMachine
{
    /// <summary>Bytes that may be on the way to one follower of one partition.</summary>
    public const int WindowBytes = 4 << 20;

    /// <summary>Bytes of one append, unless a single batch is larger.</summary>
    public const int AppendBytesMax = 1 << 20;

    private const long UnreadyBackoffMs = 50;

    /// <summary>The followers: every replica but this one.</summary>
    public IReadOnlyCollection<int> Followers => _followers.Keys;

    /// <summary>Up to where a follower's log is known to be the same; -1: unknown.</summary>
    public long HeldBy(int followerId) =>
        _followers.TryGetValue(followerId, out var follower) ? follower.LogEndOffset : -1;

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
        if (!_followers.TryGetValue(followerId, out var follower) || nowMs < follower.NotBeforeMs)
        {
            return false;
        }

        var from = Math.Min(follower.Next, LogEndOffset);
        var room = WindowBytes - follower.BytesInFlight;
        var hasRecords = from < LogEndOffset;
        var isDue = follower.IsProbing
            ? follower.InFlight == 0
            : (hasRecords && room > 0) ||
              (withNews && follower.InFlight == 0 && follower.Told != (HighWatermark, logStartOffset));
        if (!isDue)
        {
            return false;
        }

        var startsAnew = from <= logStartOffset;
        from = Math.Max(from, logStartOffset);
        var previousEpoch = startsAnew ? -1 : history.EpochAt(from - 1) ?? -1;
        var bytes = follower.IsProbing || from == LogEndOffset ? 0 : (int)Math.Min(room, AppendBytesMax);
        plan = new AppendPlan(
            LeaderEpoch, followerId, follower.Round, from, previousEpoch, startsAnew, bytes);
        return true;
    }

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
    /// <param name="plan">What was asked.</param>
    /// <param name="bytes">As given to <see cref="Sent"/>.</param>
    /// <param name="result">The answer. A <see cref="ReplicaAppendStatus.Fenced"/> ends this leadership: the shell
    /// steps down, and waits for the catalogue.</param>
    /// <param name="history">The log's epochs.</param>
    /// <param name="nowMs">The time.</param>
    /// <returns>True when the high watermark advanced.</returns>
    public bool Answered(
        in AppendPlan plan, int bytes, in ReplicaAppendResult result, IEpochHistory history, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (plan.LeaderEpoch != LeaderEpoch || !_followers.TryGetValue(plan.FollowerId, out var follower))
        {
            return false;
        }

        var isCurrent = follower.Round == plan.Round;
        if (isCurrent)
        {
            follower.Landed(bytes);
        }

        if (result.BrokerEpoch >= 0)
        {
            if (result.BrokerEpoch < follower.BrokerEpoch)
            {
                return false;
            }

            follower.Meet(result.BrokerEpoch, LogEndOffset);
            isCurrent = follower.Round == plan.Round;
        }

        switch (result.Status)
        {
            case ReplicaAppendStatus.Appended:
                return FollowerAcknowledged(follower, result.EndOffset, nowMs);
            case ReplicaAppendStatus.Diverged when isCurrent:
                follower.Probe(LastSharedOffset(result.Epoch, result.EndOffset, history));
                break;
            case ReplicaAppendStatus.Unready or ReplicaAppendStatus.Lost when isCurrent:
                follower.Probe(
                    follower.LogEndOffset >= 0 ? follower.LogEndOffset : plan.From, nowMs + UnreadyBackoffMs);
                break;
        }

        return false;
    }

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

    /// <summary>The follower's latest epoch that both may know ends here for it: where both logs may be the same.</summary>
    private long LastSharedOffset(int epoch, long endOffset, IEpochHistory history)
    {
        if (epoch < 0)
        {
            return Math.Min(Math.Max(endOffset, 0), LogEndOffset);
        }

        var (known, end) = history.EndOffsetFor(epoch, LogEndOffset);
        return known == epoch ? Math.Min(endOffset, end) : Math.Max(end, 0);
    }
}
