namespace ActorBroker.Chaos.Checking;

/// <summary>
/// Judges a history. Pure: it knows nothing of brokers, faults or time. A write whose outcome is unknown may be in the
/// log or not; whoever once read it, though, makes it a fact that must stay.
/// </summary>
internal sealed class Checker
{
    private readonly History _history;
    private readonly Findings _findings = new();
    private readonly SortedDictionary<int, PartitionFacts> _partitions = [];
    private readonly Dictionary<RecordId, Write> _writes = [];

    private Checker(History history)
    {
        _history = history;
        foreach (var (partition, records) in history.Final)
        {
            _partitions.Add(partition, new PartitionFacts(partition, records));
        }

        foreach (var write in history.Writes)
        {
            _writes.Add(write.Id, write);
        }
    }

    /// <summary>All that is wrong with a history.</summary>
    public static Findings Check(History history)
    {
        var checker = new Checker(history);
        checker.GatherFacts();
        checker.JudgeWrites();
        checker.JudgeReadings();
        checker.JudgeReaders();
        checker.JudgeSendOrder();
        checker.JudgeCommits();
        return checker._findings;
    }

    private static string At(int partition, long offset) => $"{partition}@{offset}";

    private PartitionFacts Facts(int partition)
    {
        if (!_partitions.TryGetValue(partition, out var facts))
        {
            _partitions.Add(partition, facts = new PartitionFacts(partition, []));
        }

        return facts;
    }

    /// <summary>Everything that says which record is where must say the same.</summary>
    private void GatherFacts()
    {
        foreach (var (partition, records) in _history.Final)
        {
            foreach (var seen in records)
            {
                GatherSeen(Facts(partition), seen, "the last reading");
            }
        }

        foreach (var reading in _history.Readings)
        {
            foreach (var seen in reading.Records)
            {
                GatherSeen(Facts(reading.Partition), seen, reading.Consumer);
            }
        }

        foreach (var write in _history.Writes)
        {
            if (write is { Outcome: WriteOutcome.Acknowledged, Offset: >= 0 })
            {
                GatherAcknowledged(Facts(write.Partition), write);
            }
        }
    }

    private void GatherSeen(PartitionFacts facts, Seen seen, string who)
    {
        var where = At(facts.Partition, seen.Offset);
        if (!_writes.TryGetValue(seen.Id, out var write) || write.Partition != facts.Partition)
        {
            _findings.Add(AnomalyKind.AbortedRead, where, $"{who} read {seen.Id} at {where}: nobody wrote it there");
        }
        else if (write.Outcome == WriteOutcome.Refused)
        {
            _findings.Add(AnomalyKind.AbortedRead, where, $"{who} read {seen.Id} at {where}: it had been refused");
        }

        var (otherRecord, otherPlace) = facts.Add(seen.Id, seen.Offset);
        if (otherRecord is { } other)
        {
            _findings.Add(
                AnomalyKind.InconsistentOffsets, where, $"{where} is {other}, but {seen.Id} for {who}");
        }

        if (otherPlace is { } place)
        {
            _findings.Add(
                AnomalyKind.Duplicate, $"{seen.Id}", $"{seen.Id} is at {where} for {who}, and at {place}, too");
        }
    }

    private void GatherAcknowledged(PartitionFacts facts, Write write)
    {
        var where = At(facts.Partition, write.Offset);
        var (otherRecord, otherPlace) = facts.Add(write.Id, write.Offset);
        if (otherRecord is { } other)
        {
            _findings.Add(
                AnomalyKind.InconsistentOffsets, where, $"{where} is {other}, but {write.Id} for its producer");
        }
        else if (otherPlace is { } place)
        {
            _findings.Add(
                AnomalyKind.InconsistentOffsets, where, $"{write.Id} is at {place}, but at {where} for its producer");
        }
    }

    /// <summary>What was acknowledged or read must be in the log at the end.</summary>
    private void JudgeWrites()
    {
        foreach (var write in _history.Writes)
        {
            if (write.Outcome == WriteOutcome.Acknowledged)
            {
                JudgeStored(Facts(write.Partition), write.Id, write.Offset, "its producer");
            }
        }

        foreach (var reading in _history.Readings)
        {
            foreach (var seen in reading.Records)
            {
                JudgeStored(Facts(reading.Partition), seen.Id, seen.Offset, reading.Consumer);
            }
        }
    }

    private void JudgeStored(PartitionFacts facts, RecordId id, long offset, string who)
    {
        if (facts.IsInLog(id))
        {
            return;
        }

        var kind = offset < facts.End ? AnomalyKind.LostWrite : AnomalyKind.Unseen;
        _findings.Add(
            kind, $"{id}",
            $"{id} was at {At(facts.Partition, offset)} for {who}; at the end it is not in the log, which ends at " +
            $"{facts.End}");
    }

    /// <summary>Within an assignment, offsets only rise, and no record between two of them is missing.</summary>
    private void JudgeReadings()
    {
        foreach (var reading in _history.Readings)
        {
            JudgeReading(reading, Facts(reading.Partition).Offsets);
        }

        foreach (var (partition, records) in _history.Final)
        {
            // What the last reading lacks is lost: that is told already.
            JudgeReading(new Reading("", "the last reading", partition, records), []);
        }
    }

    private void JudgeReading(Reading reading, long[] offsets)
    {
        for (var i = 1; i < reading.Records.Count; i++)
        {
            var (before, now) = (reading.Records[i - 1].Offset, reading.Records[i].Offset);
            if (now <= before)
            {
                _findings.Add(
                    AnomalyKind.NonmonotonicPoll, $"{reading.Consumer} {At(reading.Partition, now)} {i}",
                    $"{reading.Consumer} read {At(reading.Partition, now)} after {before}");
            }
            else if (now > before + 1 && FirstBetween(offsets, before, now) is { } skipped)
            {
                _findings.Add(
                    AnomalyKind.PollSkip, $"{reading.Consumer} {At(reading.Partition, skipped)}",
                    $"{reading.Consumer} read {At(reading.Partition, now)} after {before} without {skipped}");
            }
        }
    }

    private static long? FirstBetween(long[] offsets, long before, long now)
    {
        var at = Array.BinarySearch(offsets, before + 1);
        at = at < 0 ? ~at : at;
        return at < offsets.Length && offsets[at] < now ? offsets[at] : null;
    }

    /// <summary>
    /// Whoever had the time to read everything has read everything: a group, too, whose members followed each other.
    /// </summary>
    private void JudgeReaders()
    {
        var readings = _history.Readings.ToLookup(reading => (reading.Reader, reading.Partition));
        foreach (var reader in _history.Readers)
        {
            foreach (var facts in _partitions.Values)
            {
                var seen = readings[(reader, facts.Partition)]
                    .SelectMany(reading => reading.Records).Select(record => record.Offset).ToHashSet();
                var end = seen.Count == 0 ? -1 : seen.Max();
                foreach (var offset in facts.Offsets.Where(offset => !seen.Contains(offset)))
                {
                    var kind = offset < end ? AnomalyKind.PollSkip : AnomalyKind.Unseen;
                    _findings.Add(
                        kind, $"{reader} {At(facts.Partition, offset)}",
                        $"{reader} was never given {facts.At(offset)} at {At(facts.Partition, offset)}, and has read " +
                        $"up to {end}");
                }
            }
        }
    }

    /// <summary>Whatever a producer had to repeat, its records keep their order.</summary>
    private void JudgeSendOrder()
    {
        foreach (var (partition, records) in _history.Final)
        {
            var newest = new Dictionary<int, Seen>();
            foreach (var seen in records.Where(record => record.Id != RecordId.Foreign))
            {
                if (newest.TryGetValue(seen.Id.Producer, out var before) && before.Id.Number > seen.Id.Number)
                {
                    _findings.Add(
                        AnomalyKind.NonmonotonicSend, At(partition, seen.Offset),
                        $"{seen.Id} at {At(partition, seen.Offset)} stands behind {before.Id} at {before.Offset}");
                }
                else
                {
                    newest[seen.Id.Producer] = seen;
                }
            }
        }
    }

    private void JudgeCommits()
    {
        var atEnd = _history.CommittedAtEnd.ToDictionary(commit => (commit.Group, commit.Partition));
        foreach (var told in _history.Commits.GroupBy(commit => (commit.Group, commit.Partition)))
        {
            var most = told.Max(commit => commit.Offset);
            var kept = atEnd.TryGetValue(told.Key, out var commit) ? commit.Offset : -1;
            if (kept < most)
            {
                _findings.Add(
                    AnomalyKind.LostCommit, $"{told.Key}",
                    $"{told.Key.Group} committed {At(told.Key.Partition, most)}, and at the end {kept} is left");
            }
        }
    }
}
