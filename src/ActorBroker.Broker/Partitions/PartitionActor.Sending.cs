using ActorBroker.Broker.Replication;
using ActorBroker.Core.Replication;

namespace ActorBroker.Broker.Partitions;

// The leader's side: what changed in a turn goes to the followers at its end. Nothing here waits.
internal sealed partial class PartitionActor : IWakeable
{
    private const long ReadFaultBackoffMs = 1000;

    /// <summary>How soon a raised rate is noticed.</summary>
    private const long RestLookMs = 1000;

    // What this turn has to send, by where it begins.
    private readonly List<ReplicaBuffer> _reads = [];
    private readonly WakeItem _wake = new();
    private Peer[] _followers = [];
    private int _arrivalsSeen;
    private long _noReadsBeforeMs = long.MinValue;
    private long _restsUntilMs = long.MaxValue;
    private long _lagRecords;
    private long _caughtUpMs = long.MaxValue;
    private int _wakePosted;
    private bool _isAwake;
    private bool _awaitsTick;
    private bool _isAnswered;

    /// <summary>Records that the follower furthest behind lacks; any thread.</summary>
    public long LagRecords => Volatile.Read(ref _lagRecords);

    /// <summary>
    /// For how long a follower has not had all that its leader had; 0 where none is behind. Any thread.
    /// </summary>
    public long LagMs => Volatile.Read(ref _caughtUpMs) is var since && since == long.MaxValue
        ? 0
        : Math.Max(0, _context.SteadyMs - since);

    /// <summary>
    /// There may be something to send: a tick, room on the way, or a broker that is back. Any thread.
    /// </summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _wakePosted, 1) == 0)
        {
            PostControl(_wake);
        }
    }

    /// <summary>A follower has answered, or will not.</summary>
    public void OnAppendAnswered(ReplicaSend send)
    {
        if (_replica is not { } replica || replica != send.Replica || replica.Leader != send.Leader)
        {
            return;
        }

        var (machine, result) = (send.Leader!, send.Result);
        machine.Answered(send.Plan, send.Bytes, in result, replica.Log.Epochs, _nowMs);
        if (result.RestMs > 0)
        {
            _context.Replication.PeerOf(send.Plan.FollowerId).RestsUntilMs =
                _context.Clock.NowMs + Math.Min(result.RestMs, ReplicationQuota.RestMsMax);
        }

        _isAnswered = true;
        if (machine.IsDeposed)
        {
            CommitGather();
            Yield(replica, result.Epoch);
        }
    }

    /// <summary>The followers are others, or the first ones of a leadership.</summary>
    private void MeetFollowers(OpenReplica replica)
    {
        if (replica.Leader is null)
        {
            (_lagRecords, _caughtUpMs) = (0, long.MaxValue);
        }
        else if (_state.Replicas.Length != _followers.Length + 1 ||
            !Array.TrueForAll(_followers, peer => _state.Replicas.Contains(peer.BrokerId)))
        {
            _followers =
            [
                .. _state.Replicas.Where(id => id != _context.BrokerId).Select(_context.Replication.PeerOf),
            ];
        }
    }

    /// <summary>
    /// What a turn has written goes on to those who have all that was before, without being read again.
    /// </summary>
    private void KeepForFollowers(LeaderMachine machine, long from)
    {
        if (_gatheredBytes > LeaderMachine.AppendBytesMax)
        {
            return;
        }

        var follows = _reads is [.., var last] && last.EndOffset == from;
        foreach (var peer in _followers)
        {
            if (peer.IsLive && (follows || machine.IsNext(peer.BrokerId, from)))
            {
                _reads.Add(ReplicaBuffer.Copy(_gather, (int)_gatheredBytes, from, machine.LogEndOffset));
                return;
            }
        }
    }

    private void ReleaseReads()
    {
        foreach (var read in _reads)
        {
            read.Release();
        }

        _reads.Clear();
    }

    /// <summary>The end of a turn: settles what followers answered, and sends them what there is.</summary>
    private void Replicate()
    {
        try
        {
            ReplicateTurn();
        }
        finally
        {
            ReleaseReads();
        }
    }

    private void ReplicateTurn()
    {
        var withNews = _isAwake || _deletions.Count > 0;
        _isAwake = false;
        if (_followers.Length == 0 || _closing || _replica is not { Leader: { } machine } replica)
        {
            _isAnswered = false;
            return;
        }

        if (_context.Replication.Links is null)
        {
            return;
        }

        TakeAnswers(replica, machine);
        if (_context.Replication.Arrivals is var arrivals && arrivals != _arrivalsSeen)
        {
            _arrivalsSeen = arrivals;
            machine.BrokersChanged(_context.Replication.View!, _nowMs);
            ConsiderInSync(machine);
        }

        foreach (var peer in _followers)
        {
            if (peer.IsLive)
            {
                SendTo(peer, replica, machine, withNews);
            }
        }

        // Within one process a follower may have answered at once.
        TakeAnswers(replica, machine);
        if (replica.Leader == machine)
        {
            PlanAhead(replica, machine);
        }
    }

    private void TakeAnswers(OpenReplica replica, LeaderMachine machine)
    {
        if (_isAnswered && replica.Leader == machine)
        {
            Settle(replica);
            ConsiderInSync(machine);
        }

        _isAnswered = false;
    }

    private void SendTo(Peer peer, OpenReplica replica, LeaderMachine machine, bool withNews)
    {
        var log = replica.Log;
        while (replica.Leader == machine &&
            machine.TryPlan(peer.BrokerId, log.Epochs, log.LogStartOffset, _nowMs, withNews, out var plan))
        {
            if ((plan.Value.MaxBytes > 0 && MustRest(peer)) || !TrySend(peer, replica, machine, plan.Value))
            {
                return;
            }
        }
    }

    /// <summary>
    /// A follower out of sync may have to wait for a rate to allow more; one in sync never waits, or it would fall out.
    /// </summary>
    private bool MustRest(Peer peer)
    {
        var now = _context.Clock.NowMs;
        var rest = IsLeaderThrottled(peer.BrokerId) ? _context.Replication.LeaderQuota.RestMs(now) : 0;
        if (_config.FollowerThrottled.Contains(Name.Partition, peer.BrokerId) && !_state.InSync.Contains(peer.BrokerId))
        {
            rest = Math.Max(rest, peer.RestsUntilMs - now);
        }

        if (rest <= 0)
        {
            return false;
        }

        _restsUntilMs = Math.Min(_restsUntilMs, now + Math.Min(rest, RestLookMs));
        return true;
    }

    private bool IsLeaderThrottled(int follower) =>
        _config.LeaderThrottled.Contains(Name.Partition, _context.BrokerId) && !_state.InSync.Contains(follower);

    private bool TrySend(Peer peer, OpenReplica replica, LeaderMachine machine, AppendPlan plan)
    {
        ReplicaBuffer? records = null;
        if (plan.MaxBytes > 0)
        {
            // Room comes first: for a follower that has none nothing is read.
            if (!peer.TryTake(plan.MaxBytes, this))
            {
                return false;
            }

            records = ReadFor(in plan, replica, machine);
            peer.Settle(plan.MaxBytes, records?.Length ?? 0);
            if (records is null)
            {
                return false;
            }

            records.Hold();
        }

        var logStart = replica.Log.LogStartOffset;
        var end = records?.EndOffset ?? plan.From;
        machine.Sent(in plan, end, records?.Length ?? 0, logStart);
        _loss.Sent(end);
        var send = ReplicaSend.Rent(this, replica, peer, in plan, records);
        var append = new ReplicaAppend
        {
            TopicId = TopicId,
            Partition = Name.Partition,
            LeaderId = _context.BrokerId,
            LeaderEpoch = machine.LeaderEpoch,
            LeaderEpochStartOffset = machine.LeaderEpochStartOffset,
            PreviousEpoch = plan.PreviousEpoch,
            PreviousOffset = plan.From,
            HighWatermark = machine.HighWatermark,
            LogStartOffset = logStart,
            StartsAnew = plan.StartsAnew,
            Records = records?.Memory ?? default,
        };
        _context.Replication.CountSent(append.Records.Length);
        if (append.Records.Length > 0 && IsLeaderThrottled(peer.BrokerId))
        {
            _context.Replication.LeaderQuota.Take(append.Records.Length, _context.Clock.NowMs);
        }

        if (send.Start(_context.Replication.Links!, in append))
        {
            send.Run(this);
        }

        return true;
    }

    /// <summary>
    /// What the plan asks for, read once for all followers that are at the same place; null: nothing.
    /// </summary>
    private ReplicaBuffer? ReadFor(in AppendPlan plan, OpenReplica replica, LeaderMachine machine)
    {
        foreach (var read in _reads)
        {
            if (read.From == plan.From && read.Length <= plan.MaxBytes)
            {
                return read;
            }
        }

        if (_nowMs < _noReadsBeforeMs)
        {
            return null;
        }

        try
        {
            var read = ReplicaBuffer.TryRead(replica.Log, plan.From, plan.MaxBytes, machine.LogEndOffset);
            if (read is not null)
            {
                _reads.Add(read);
            }

            return read;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The log goes on; this part of it can't be given away for now.
            _noReadsBeforeMs = _nowMs + ReadFaultBackoffMs;
            PartitionLogs.ReadFailed(_context.Logger, Name, plan.From, failure);
            return null;
        }
    }

    /// <summary>Sees that what is left to do comes back: news that nothing carries, and followers put off.</summary>
    private void PlanAhead(OpenReplica replica, LeaderMachine machine)
    {
        var log = replica.Log;
        var (lag, caughtUp, hasNews) = (0L, long.MaxValue, false);
        foreach (var peer in _followers)
        {
            hasNews |= peer.IsLive && machine.HasNews(peer.BrokerId, log.LogStartOffset, _nowMs);
            var held = machine.HeldBy(peer.BrokerId);
            if (held < machine.LogEndOffset)
            {
                lag = Math.Max(lag, machine.LogEndOffset - Math.Max(held, log.LogStartOffset));
                caughtUp = Math.Min(caughtUp, machine.CaughtUpMs(peer.BrokerId));
            }
        }

        Volatile.Write(ref _lagRecords, lag);
        Volatile.Write(ref _caughtUpMs, caughtUp);
        if (hasNews && !_awaitsTick)
        {
            _awaitsTick = true;
            _context.Replication.Tick.Add(this);
        }

        var next = machine.NextSendMs(_nowMs);
        if (_noReadsBeforeMs > _nowMs)
        {
            next = Math.Min(next, _noReadsBeforeMs);
        }

        if (next != long.MaxValue)
        {
            _alarm.Arm(_context.Clock.NowMs + next - _nowMs);
        }

        if (_restsUntilMs != long.MaxValue)
        {
            _alarm.Arm(_restsUntilMs);
            _restsUntilMs = long.MaxValue;
        }
    }

    private sealed class WakeItem : PartitionItem
    {
        public override bool SeesWrites => false;

        public override void Run(PartitionActor actor)
        {
            Volatile.Write(ref actor._wakePosted, 0);
            actor._awaitsTick = false;
            actor._isAwake = true;
        }
    }
}
