using ActorBroker.Core.Catalogue;
using ActorBroker.Simulation.Cluster;

namespace ActorBroker.Simulation.Checking;

/// <summary>
/// What is true of one partition, whoever knows it: which batches are committed, who led when, and what each replica
/// holds. It sees all replicas at once, which no broker can, and it only ever looks.
/// </summary>
/// <remarks>The numbers in messages are those of the invariants in <c>docs/architecture.md</c>.</remarks>
internal sealed partial class PartitionLedger(
    World world, SimCluster cluster, int number, string topic, Guid topicId, int index)
{
    private readonly SortedDictionary<int, ReplicaMirror> _mirrors = [];
    private readonly List<Entry> _committed = [];
    private readonly List<int> _committedIn = [];
    private readonly Dictionary<int, int> _leaders = [];
    private readonly Dictionary<(long Base, int Epoch), Written> _written = [];
    private readonly Dictionary<long, Entry> _lastBatches = [];

    private int _fewestReplicas = int.MaxValue;

    /// <summary>Counts partitions of a run, for the trace.</summary>
    public int Number { get; } = number;

    /// <summary>An election outside the in-sync set was allowed and made: from then on losses are.</summary>
    public bool WasUnclean { get; private set; }

    /// <summary>The topic was deleted: what is left of it does not matter.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>Everything below is committed.</summary>
    public long CommittedEnd { get; private set; }

    /// <summary>The largest log start that any replica had.</summary>
    public long LogStart { get; private set; }

    public string Name => $"{topic}-{index}";

    private PartitionState? State => cluster.Catalogue.Find(topicId) is { } known && index < known.Partitions.Length
        ? known.Partitions[index]
        : null;

    public ReplicaMirror Mirror(int brokerId)
    {
        if (!_mirrors.TryGetValue(brokerId, out var mirror))
        {
            _mirrors.Add(brokerId, mirror = new ReplicaMirror(brokerId));
        }

        return mirror;
    }

    /// <summary>A replica's process ended: what it knew is gone; what it stored may be.</summary>
    public void Vanished(int brokerId)
    {
        var mirror = Mirror(brokerId);
        (mirror.BrokerEpoch, mirror.LeaderEpoch, mirror.HighWatermark, mirror.ComparedUpTo) = (0, -1, 0, 0);
    }

    /// <summary>A broker's disk is gone.</summary>
    public void DiskLost(int brokerId)
    {
        var mirror = Mirror(brokerId);
        mirror.CutFrom(0);
        (mirror.LogStart, mirror.LogEnd) = (0, 0);
    }

    /// <summary>A broker begins to lead.</summary>
    public void Leads(int brokerId, int epoch)
    {
        Require(
            _leaders.TryAdd(epoch, brokerId) || _leaders[epoch] == brokerId,
            $"(1) broker {brokerId} leads in epoch {epoch}, in which broker {_leaders[epoch]} led");
        if (WasUnclean)
        {
            return;
        }

        var mirror = Mirror(brokerId);
        for (var at = EntryList.IndexOf(_committed, mirror.LogStart); at < _committed.Count; at++)
        {
            if (_committedIn[at] < epoch)
            {
                RequireHolds(mirror, _committed[at], $"(4) broker {brokerId} leads in epoch {epoch} without");
            }
        }
    }

    /// <summary>A replica changed, or its offsets did: compares it with everything that is known.</summary>
    public void Observe(SimReplica replica, long changedFrom)
    {
        var mirror = Mirror(replica.BrokerId);
        var log = replica.Log!;
        mirror.BrokerEpoch = replica.BrokerEpoch;
        mirror.LeaderEpoch = replica.Leader?.LeaderEpoch ?? -1;
        // A log that holds nothing may begin anew anywhere: an append that comes late, or a shorter leader, says where.
        var wasEmpty = mirror.Entries is not [.., var newest] || newest.NextOffset <= mirror.LogStart;
        mirror.LogStart = log.LogStartOffset;
        LogStart = Math.Max(LogStart, log.LogStartOffset);
        if (changedFrom < long.MaxValue)
        {
            if (wasEmpty)
            {
                mirror.ComparedUpTo = Math.Min(mirror.ComparedUpTo, mirror.LogStart);
            }

            Reread(mirror, replica, changedFrom);
        }

        mirror.LogEnd = log.LogEndOffset;
        var highWatermark = replica.HighWatermark;
        Require(
            highWatermark <= mirror.LogEnd,
            $"(2) broker {mirror.BrokerId} has high watermark {highWatermark} and log end {mirror.LogEnd}");
        Require(
            WasUnclean || wasEmpty || highWatermark >= mirror.HighWatermark || mirror.HighWatermark <= LogStart,
            $"(2) broker {mirror.BrokerId}'s high watermark went back from {mirror.HighWatermark} to {highWatermark}");
        Require(
            replica.LastStableOffset <= highWatermark,
            $"(6) broker {mirror.BrokerId} has last stable offset {replica.LastStableOffset} above {highWatermark}");
        mirror.HighWatermark = highWatermark;
        if (!WasUnclean)
        {
            Compare(mirror);
        }
    }

    /// <summary>
    /// A leader acknowledges a produce with acks=all. An old repeat's own offset (-1) is not known: it lies before the
    /// end.
    /// </summary>
    public void Acknowledged(SimReplica leader, long baseOffset, long endOffset, uint crc)
    {
        if (WasUnclean || IsDeleted || endOffset <= LogStart)
        {
            return;
        }

        var at = baseOffset < 0
            ? _committed.FindIndex(entry => entry.Crc == crc && entry.NextOffset <= endOffset)
            : EntryList.IndexOf(_committed, baseOffset);
        Require(
            at >= 0 && at < _committed.Count && _committed[at].Crc == crc &&
            (baseOffset < 0 || _committed[at].BaseOffset == baseOffset),
            $"(4) broker {leader.BrokerId} acknowledges {baseOffset}..{endOffset}, which is not committed " +
            $"(up to {CommittedEnd}; its high watermark is {leader.HighWatermark})");
        if (_committed[at].NextOffset <= LogStart)
        {
            return;
        }

        var holders = _mirrors.Values.Count(mirror => Holds(mirror, _committed[at]));
        var lost = cluster.Budget.LostNow(this);
        Require(
            holders + lost >= Math.Min(cluster.Budget.MinimumOf(topicId), _fewestReplicas),
            $"(9) broker {leader.BrokerId} acknowledges {_committed[at]}, which {holders} replicas hold");
    }

    /// <summary>A consumer got this batch.</summary>
    public void Consumed(in Entry batch, int brokerId)
    {
        if (WasUnclean)
        {
            return;
        }

        Require(batch.NextOffset <= CommittedEnd, $"(6) broker {brokerId} shows {batch}, which is not committed");
        var at = EntryList.IndexOf(_committed, batch.BaseOffset);
        Require(_committed[at] == batch, $"(6) broker {brokerId} shows {batch} where {_committed[at]} is committed");
    }

    public void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new SimulationFailure(world, Number, $"{Name}: {problem}");
        }
    }

    /// <summary>Reads again what changed, and checks that no (offset, epoch) means two things.</summary>
    private void Reread(ReplicaMirror mirror, SimReplica replica, long from)
    {
        if (mirror.Entries is [var first, ..] && from < first.BaseOffset)
        {
            from = 0;
        }

        // What somebody has deleted by request may go: a log may even start anew a little below, with the batch that
        // the leader's log start lies in.
        Require(
            WasUnclean || mirror.ComparedUpTo <= LogStart ||
            Math.Max(from, replica.Log!.LogStartOffset) >= mirror.ComparedUpTo,
            $"(4) broker {mirror.BrokerId} cuts its log at {from}; {mirror.ComparedUpTo} was committed there");
        mirror.CutFrom(from);
        if (mirror.Entries is [.., var last])
        {
            from = last.NextOffset;
        }

        replica.ReadEntries(from, entry =>
        {
            Note(entry, mirror.Entries is [.., var previous] ? previous : null, mirror.BrokerId);
            mirror.Entries.Add(entry);
        });
        Require(
            mirror.Entries is not [.., var end] || end.NextOffset <= replica.Log!.LogEndOffset,
            $"(2) broker {mirror.BrokerId}'s log holds records past its end {replica.Log!.LogEndOffset}");
    }

    private void Note(in Entry entry, Entry? previous, int brokerId)
    {
        var (previousBase, previousEpoch) = previous is { } some ? (some.BaseOffset, some.Epoch) : (-1, -1);
        var key = (entry.BaseOffset, entry.Epoch);

        // A leader whose fsync failed takes back what it had given to nobody: no other log may ever show up with it.
        if (!_written.TryGetValue(key, out var known) ||
            (known.OnlyIn == brokerId && (WasUnclean || entry.BaseOffset >= CommittedEnd)))
        {
            _written[key] = new Written(entry, previousBase, previousEpoch, brokerId);
            return;
        }

        Require(known.Entry == entry, $"(5) broker {brokerId} stores another batch as {entry}");
        if (known.OnlyIn != brokerId)
        {
            _written[key] = known = known with { OnlyIn = -1 };
        }

        if (previous is { } before && before.NextOffset <= LogStart)
        {
            // What lies before the log's start does not matter any more.
            return;
        }

        if (previousBase >= 0 && known.PreviousBase >= 0)
        {
            Require(
                (previousBase, previousEpoch) == (known.PreviousBase, known.PreviousEpoch),
                $"(5) broker {brokerId} stores {entry} after {previousBase} of epoch {previousEpoch}, another has " +
                $"{known.PreviousBase} of epoch {known.PreviousEpoch} there");
        }
        else if (previousBase >= 0)
        {
            _written[key] = known with { PreviousBase = previousBase, PreviousEpoch = previousEpoch };
        }
    }

    /// <summary>What lies below a high watermark is committed, and committed is the same everywhere.</summary>
    private void Compare(ReplicaMirror mirror)
    {
        if (mirror.HighWatermark <= mirror.ComparedUpTo)
        {
            return;
        }

        for (var at = mirror.IndexOf(mirror.ComparedUpTo); at < mirror.Entries.Count; at++)
        {
            var entry = mirror.Entries[at];
            if (entry.NextOffset > mirror.HighWatermark)
            {
                break;
            }

            if (entry.NextOffset <= LogStart && mirror.LeaderEpoch < 0)
            {
                // The leader committed and deleted it before anybody could look.
                continue;
            }

            if (entry.BaseOffset >= CommittedEnd)
            {
                Commit(mirror, entry);
                continue;
            }

            var known = EntryList.IndexOf(_committed, entry.BaseOffset);
            Require(
                entry.NextOffset <= LogStart || (known < _committed.Count && _committed[known] == entry),
                $"(4) broker {mirror.BrokerId} calls {entry} committed, where {_committed[known]} is");
        }

        mirror.ComparedUpTo = mirror.HighWatermark;
    }

    /// <summary>A leader is the first to call a batch committed.</summary>
    private void Commit(ReplicaMirror by, in Entry entry)
    {
        Require(
            by.LeaderEpoch >= 0,
            $"(2) broker {by.BrokerId} follows, and calls {entry} committed before any leader does");
        _committed.Add(entry);
        _committedIn.Add(by.LeaderEpoch);
        CommittedEnd = entry.NextOffset;
        CheckSequence(entry);
        foreach (var mirror in _mirrors.Values)
        {
            if (mirror.LeaderEpoch > by.LeaderEpoch)
            {
                RequireHolds(mirror, entry, $"(4) broker {mirror.BrokerId} leads in {mirror.LeaderEpoch} without");
            }
        }

        if (State is not { } state || IsDeleted)
        {
            return;
        }

        foreach (var id in state.InSync.Where(id => IsCurrent(state, id)))
        {
            RequireHolds(
                Mirror(id), entry,
                $"(3) broker {by.BrokerId} commits in epoch {by.LeaderEpoch}; broker {id} is in sync without");
        }
    }

    /// <summary>The member's entry is that of the life which runs on its broker now.</summary>
    private bool IsCurrent(PartitionState state, int brokerId)
    {
        var at = state.InSync.IndexOf(brokerId);
        var epoch = at < state.InSyncEpochs.Length ? state.InSyncEpochs[at] : -1;
        return epoch > 0 && Mirror(brokerId).BrokerEpoch == epoch;
    }

    private static bool Holds(ReplicaMirror mirror, in Entry entry)
    {
        if (entry.NextOffset <= mirror.LogStart)
        {
            return true;
        }

        var at = mirror.IndexOf(entry.BaseOffset);
        return at < mirror.Entries.Count && mirror.Entries[at] == entry;
    }

    private void RequireHolds(ReplicaMirror mirror, in Entry entry, string problem) =>
        Require(
            Holds(mirror, entry),
            $"{problem} {entry} (it has {mirror.Entries.ElementAtOrDefault(mirror.IndexOf(entry.BaseOffset))}, " +
            $"log {mirror.LogStart}..{mirror.LogEnd})");

    /// <summary>Of one producer each sequence is committed once, and none is left out.</summary>
    private void CheckSequence(in Entry entry)
    {
        if (entry.ProducerId < 0)
        {
            return;
        }

        // A replica that holds nothing of a producer any more does not know it: it may begin anywhere.
        var isKnown = _lastBatches.TryGetValue(entry.ProducerId, out var last);
        var expected = isKnown ? last.LastSequence + 1 : 0;
        Require(
            entry.BaseSequence == expected || (isKnown && last.NextOffset <= LogStart),
            $"(7) producer {entry.ProducerId}: sequence {entry.BaseSequence} is committed at {entry}, not {expected}");
        _lastBatches[entry.ProducerId] = entry;
    }

    /// <summary>A batch, what comes right before it, and the only broker that ever stored it (-1: several).</summary>
    private readonly record struct Written(Entry Entry, long PreviousBase, int PreviousEpoch, int OnlyIn);
}
