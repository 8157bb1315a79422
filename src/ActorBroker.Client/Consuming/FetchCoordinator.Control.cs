using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>What a consumer's user asks for, and what its reader has reached.</summary>
internal sealed partial class FetchCoordinator
{
    public IReadOnlyCollection<TopicPartition> Assignment
    {
        get
        {
            lock (_gate)
            {
                return [.. _partitions.Keys];
            }
        }
    }

    public IReadOnlyCollection<TopicPartition> Paused
    {
        get
        {
            lock (_gate)
            {
                return [.. _partitions.Values.Where(each => each.IsPaused).Select(each => each.Id)];
            }
        }
    }

    /// <summary>Assigns; with <paramref name="only"/>, unassigns all others.</summary>
    public void Assign(IEnumerable<KeyValuePair<TopicPartition, StartPosition>> partitions, bool only)
    {
        var wanted = new Dictionary<TopicPartition, StartPosition>();
        foreach (var (id, start) in partitions)
        {
            ArgumentException.ThrowIfNullOrEmpty(id.Topic, nameof(partitions));
            ArgumentOutOfRangeException.ThrowIfNegative(id.Partition, nameof(partitions));
            wanted[id] = start;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(IConsumer<,>));
            if (only)
            {
                Remove(_partitions.Keys.Where(id => !wanted.ContainsKey(id)));
            }

            foreach (var (id, start) in wanted)
            {
                if (!_partitions.TryGetValue(id, out var partition))
                {
                    partition = new AssignedPartition(id);
                    _partitions.Add(id, partition);
                }

                partition.IsPaused = false;
                RefuseUncommittable(start);
                StartAt(partition, start);
            }
        }
    }

    public void Unassign(IEnumerable<TopicPartition> partitions)
    {
        lock (_gate)
        {
            Remove(partitions);
        }
    }

    public void Seek(TopicPartition id, StartPosition position)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(IConsumer<,>));
            RefuseUncommittable(position);
            StartAt(Assigned(id), position);
        }
    }

    public void Pause(IEnumerable<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions.Select(Assigned).Where(each => !each.IsPaused))
            {
                partition.IsPaused = true;
                if (partition.Start is not null)
                {
                    // Its position is being looked up still: nothing of it was fetched.
                    continue;
                }

                // What is ready to be read is dropped, so that it takes no memory from the others.
                Rewind(partition, partition.CurrentPosition);
                if (partition.Fetcher is null)
                {
                    BeginLocating(partition);
                }
            }
        }
    }

    public void Resume(IEnumerable<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions.Select(Assigned))
            {
                partition.IsPaused = false;
                partition.Fetcher?.Wake();
            }
        }
    }

    public long? GetPosition(TopicPartition id)
    {
        lock (_gate)
        {
            return _partitions.GetValueOrDefault(id)?.CurrentPosition is >= 0 and var position ? position : null;
        }
    }

    public PartitionWatermarks? GetWatermarks(TopicPartition id)
    {
        lock (_gate)
        {
            return _partitions.GetValueOrDefault(id)?.Watermarks;
        }
    }

    public long? GetLag(TopicPartition id)
    {
        lock (_gate)
        {
            return _partitions.GetValueOrDefault(id) is { CurrentPosition: >= 0, Watermarks: { } marks } partition
                ? Math.Max(EndOf(marks) - partition.CurrentPosition, 0)
                : null;
        }
    }

    /// <summary>The reader begins with a chunk; false where it is void.</summary>
    public bool BeginReading(FetchedChunk chunk)
    {
        lock (_gate)
        {
            if (chunk.IsStale)
            {
                return false;
            }

            chunk.Partition.Reading = chunk;
            return true;
        }
    }

    /// <summary>The reader is done with a chunk, read or void.</summary>
    public void EndReading(FetchedChunk chunk)
    {
        lock (_gate)
        {
            if (!chunk.IsStale && chunk.Partition.Reading == chunk)
            {
                chunk.Partition.Reading = null;
                chunk.Partition.Position = chunk.NextOffset;
            }
        }
    }

    /// <summary>
    /// The reader met a failure: the partition goes on from where it stood, or where the reset policy says.
    /// </summary>
    /// <returns>True where the policy, or a seek meanwhile, has settled it; else the reader is to throw.</returns>
    public bool Settle(FetchedChunk chunk, Exception failure, long position)
    {
        lock (_gate)
        {
            if (chunk.IsStale)
            {
                return true;
            }

            var partition = chunk.Partition;
            var isSettled = failure is BrokerErrorException { Code: Records.ErrorCode.OffsetOutOfRange }
                && _options.AutoOffsetReset != AutoOffsetReset.None;
            var start = isSettled ? ResetPosition() : partition.Start ?? StartPosition.At(position);
            StartAt(partition, start);
            return isSettled;
        }
    }

    private StartPosition ResetPosition() =>
        _options.AutoOffsetReset == AutoOffsetReset.Earliest ? StartPosition.Earliest : StartPosition.Latest;

    private AssignedPartition Assigned(TopicPartition id) => _partitions.GetValueOrDefault(id)
        ?? throw new InvalidOperationException($"{id} is not assigned to this consumer.");

    private void Remove(IEnumerable<TopicPartition> ids)
    {
        foreach (var id in ids.ToList())
        {
            if (_partitions.Remove(id, out var partition))
            {
                partition.IsGivenUp = true;
                partition.Generation++;
                partition.Fetcher?.Wake();
                partition.Fetcher = null;
            }
        }
    }

    /// <summary>Makes void what was fetched, and goes on at an offset.</summary>
    private static void Rewind(AssignedPartition partition, long offset)
    {
        partition.Generation++;
        partition.Reading = null;
        partition.EndToldAt = -1;
        partition.Position = partition.FetchOffset = offset;
    }

    private void StartAt(AssignedPartition partition, StartPosition start)
    {
        Rewind(partition, start.IsOffset ? start.Value : -1);
        partition.FetchedEpoch = NoEpoch;
        partition.Start = start;
        if (start.IsOffset && partition.Fetcher is { } fetcher)
        {
            // Its leader is known, and so is its position.
            partition.Start = null;
            fetcher.Wake();
        }
        else
        {
            partition.Failures = 0;
            BeginLocating(partition);
        }
    }
}
