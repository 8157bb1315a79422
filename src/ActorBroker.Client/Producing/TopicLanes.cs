using System.Diagnostics;

namespace ActorBroker.Client.Producing;

/// <summary>One topic of a producer: where records go, and the lane of each partition that got some.</summary>
internal sealed class TopicLanes
{
    private readonly Lock _gate = new();
    private readonly Func<string, int, PartitionLane> _open;
    private readonly Func<int, int> _backlogOf;
    private PartitionLane?[] _lanes = [];
    private bool _completed;

    public TopicLanes(
        string topic, int partitionCount, IPartitioner? custom, Func<string, int, PartitionLane> open)
    {
        Topic = topic;
        Partitioner = new RecordPartitioner(topic, partitionCount, custom);
        _open = open;
        _backlogOf = partition => Volatile.Read(ref _lanes)[partition]?.Queue.Backlog ?? 0;
        _lanes = new PartitionLane?[partitionCount];
    }

    public string Topic { get; }

    public RecordPartitioner Partitioner { get; }

    /// <summary>Adds a record for which room was reserved.</summary>
    public PendingRecord Append(in RecordData record, long timestampMs, int maxBytes, Activity? span, out bool opened)
    {
        var partition = Partitioner.Choose(record);
        var pending = LaneOf(partition).Queue.Append(record, timestampMs, maxBytes, span, out opened, out var closed);
        if (closed)
        {
            Partitioner.MoveOn(partition, _backlogOf);
        }

        return pending;
    }

    /// <summary>The topic has grown, or was made anew with fewer partitions.</summary>
    public void SetPartitionCount(int count)
    {
        lock (_gate)
        {
            if (count > _lanes.Length)
            {
                var more = new PartitionLane?[count];
                _lanes.CopyTo(more, 0);
                Volatile.Write(ref _lanes, more);
            }
        }

        Partitioner.SetPartitionCount(count);
    }

    /// <summary>The lanes as they are; with <paramref name="complete"/> no more are opened.</summary>
    public IReadOnlyList<PartitionLane> Lanes(bool complete = false)
    {
        lock (_gate)
        {
            _completed |= complete;
            return [.. _lanes.OfType<PartitionLane>()];
        }
    }

    private PartitionLane LaneOf(int partition) => Volatile.Read(ref _lanes)[partition] ?? OpenLane(partition);

    private PartitionLane OpenLane(int partition)
    {
        // Two senders of one partition would break its order, hence the lock.
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_completed, typeof(Producer));
            return _lanes[partition] ??= _open(Topic, partition);
        }
    }
}
