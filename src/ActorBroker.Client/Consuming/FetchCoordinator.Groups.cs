using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>What a group's member does with its partitions, and what it may commit.</summary>
internal sealed partial class FetchCoordinator
{
    /// <summary>Where the group left off; null without a group.</summary>
    public ICommittedOffsets? Committed { get; set; }

    /// <summary>Takes partitions on, without fetching them until they are released.</summary>
    public void AssignHeld(IEnumerable<TopicPartition> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids.Where(id => !_isClosed && !_partitions.ContainsKey(id)))
            {
                _partitions.Add(id, new AssignedPartition(id) { IsHeld = true, Start = StartPosition.Committed });
            }
        }
    }

    /// <summary>Begins to fetch what was held, where the group left off or where it was sought.</summary>
    public void Release(IEnumerable<TopicPartition> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                if (_partitions.TryGetValue(id, out var partition) && partition.IsHeld)
                {
                    partition.IsHeld = false;
                    BeginLocating(partition);
                }
            }
        }
    }

    /// <summary>
    /// Ends the delivery of partitions that are about to be given up. They stay assigned: what was handed out of them
    /// may be committed until they are unassigned, also where a reader goes on meanwhile.
    /// </summary>
    public void StopDelivery(IEnumerable<TopicPartition> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                if (_partitions.TryGetValue(id, out var partition))
                {
                    partition.IsGivenUp = true;
                    partition.IsHeld = true;
                    Rewind(partition, partition.CurrentPosition);
                    partition.Fetcher?.Wake();
                    partition.Fetcher = null;
                }
            }
        }
    }

    /// <summary>Remembers what is processed of a partition, where it is read still as it was then.</summary>
    public void StoreProcessed(AssignedPartition partition, OffsetAndMetadata offset)
    {
        lock (_gate)
        {
            if (_partitions.GetValueOrDefault(partition.Id) == partition)
            {
                TryStore(partition.Id, offset);
            }
        }
    }

    /// <summary>Remembers what is processed of a partition; false where it is not read.</summary>
    public bool TryStore(TopicPartition id, OffsetAndMetadata offset)
    {
        lock (_gate)
        {
            if (!_partitions.TryGetValue(id, out var partition))
            {
                return false;
            }

            partition.Stored = offset;
            PassOutstanding(partition, offset.Offset);
            return true;
        }
    }

    /// <summary>What was stored counts no more.</summary>
    public void ForgetStored()
    {
        lock (_gate)
        {
            foreach (var each in _partitions.Values)
            {
                each.Stored = null;
            }
        }
    }

    /// <summary>What was handed out from an offset on was not processed: it is read again.</summary>
    public void GoBack(AssignedPartition partition, long offset)
    {
        lock (_gate)
        {
            if (!_isClosed && _partitions.GetValueOrDefault(partition.Id) == partition)
            {
                partition.Settle();
                StartAt(partition, StartPosition.At(offset));
            }
        }
    }

    /// <summary>Fetches nothing of a partition until <see cref="EndRest"/>, beside the user's pauses.</summary>
    public void BeginRest(AssignedPartition partition)
    {
        lock (_gate)
        {
            partition.IsResting = true;
        }
    }

    public void EndRest(AssignedPartition partition)
    {
        lock (_gate)
        {
            partition.IsResting = false;
            partition.Fetcher?.Wake();
        }
    }

    /// <summary>
    /// What is processed and not known to be committed: what was stored, or what was handed out before the reader came
    /// back for more.
    /// </summary>
    public Dictionary<TopicPartition, OffsetAndMetadata> Processed(bool onlyStored)
    {
        lock (_gate)
        {
            return Collect(each => onlyStored ? each.Stored : At(each, each.ProcessedPosition));
        }
    }

    /// <summary>Everything that was handed out and is not known to be committed.</summary>
    public Dictionary<TopicPartition, OffsetAndMetadata> HandedOut()
    {
        lock (_gate)
        {
            return Collect(each => At(each, each.CurrentPosition));
        }
    }

    /// <summary>The group has committed an offset.</summary>
    public void NoteCommitted(TopicPartition id, long offset)
    {
        lock (_gate)
        {
            if (_partitions.TryGetValue(id, out var partition))
            {
                partition.Committed = offset;
            }
        }
    }

    /// <summary>An offset is to be committed; returns the partition as it is assigned now, or null.</summary>
    public AssignedPartition? NoteCommitting(TopicPartition id, long offset)
    {
        lock (_gate)
        {
            if (_partitions.TryGetValue(id, out var partition))
            {
                partition.Committing = offset;
                PassOutstanding(partition, offset);
            }

            return partition;
        }
    }

    /// <summary>False once the partition was unassigned, also where it came back since.</summary>
    public bool IsAssigned(AssignedPartition partition)
    {
        lock (_gate)
        {
            return _partitions.GetValueOrDefault(partition.Id) == partition;
        }
    }

    // Who stores or commits an offset says that everything before it is processed: auto-commit must not go back.
    private void PassOutstanding(AssignedPartition partition, long offset)
    {
        if (_options.EnableAutoOffsetStore && partition.Outstanding >= 0 && offset > partition.Outstanding)
        {
            partition.Outstanding = offset;
        }
    }

    private static OffsetAndMetadata? At(AssignedPartition partition, long offset) =>
        offset >= 0 ? new OffsetAndMetadata(offset, partition.ReadEpoch) : null;

    private Dictionary<TopicPartition, OffsetAndMetadata> Collect(Func<AssignedPartition, OffsetAndMetadata?> select)
    {
        var offsets = new Dictionary<TopicPartition, OffsetAndMetadata>();
        foreach (var each in _partitions.Values)
        {
            if (select(each) is { } offset && !each.IsCommitted(offset.Offset))
            {
                offsets.Add(each.Id, offset);
            }
        }

        return offsets;
    }

    private void RefuseUncommittable(StartPosition start)
    {
        if (start.IsCommitted && Committed is null)
        {
            throw new InvalidOperationException("StartPosition.Committed needs a consumer with a GroupId.");
        }
    }

    /// <summary>False: the partition has a start now, which another attempt looks up or validates.</summary>
    private async Task<bool> StartWhereCommittedAsync(AssignedPartition partition, int generation)
    {
        var committed = await Committed!.FindAsync(partition.Id, _closing.Token).ConfigureAwait(false);
        if (committed is null && _options.AutoOffsetReset == AutoOffsetReset.None)
        {
            throw new NoCommittedOffsetException(_options.GroupId!, partition.Id);
        }

        lock (_gate)
        {
            if (_isClosed || partition.Generation != generation)
            {
                return true;
            }

            if (committed is { } found)
            {
                partition.Start = null;
                partition.Committed = partition.Position = partition.FetchOffset = found.Offset;
                partition.FetchedEpoch = partition.ReadEpoch = found.LeaderEpoch;
            }
            else
            {
                partition.Start = ResetPosition();
            }
        }

        return false;
    }
}
