namespace ActorBroker.Chaos.Checking;

/// <summary>
/// What is known of a partition from all sources together: which record each offset holds, and where each record is.
/// </summary>
internal sealed class PartitionFacts
{
    private readonly Dictionary<long, RecordId> _records = [];
    private readonly Dictionary<RecordId, long> _places = [];
    private readonly Dictionary<RecordId, long> _final = [];
    private long[]? _sorted;

    public PartitionFacts(int partition, IReadOnlyList<Seen> final)
    {
        Partition = partition;
        End = final.Count == 0 ? 0 : final.Max(seen => seen.Offset) + 1;
        foreach (var seen in final)
        {
            _final.TryAdd(seen.Id, seen.Offset);
        }
    }

    public int Partition { get; }

    /// <summary>Where the log ended when it was read for the last time.</summary>
    public long End { get; }

    /// <summary>The offsets that hold a record, as far as anybody knows, in order.</summary>
    public long[] Offsets
    {
        get
        {
            if (_sorted is null)
            {
                _sorted = [.. _records.Keys];
                Array.Sort(_sorted);
            }

            return _sorted;
        }
    }

    /// <summary>True where the record was there when the log was read for the last time.</summary>
    public bool IsInLog(RecordId id) => _final.ContainsKey(id);

    /// <summary>The record that is known at this offset.</summary>
    public RecordId At(long offset) => _records[offset];

    /// <summary>
    /// Takes that the record is at this offset; answers what contradicts: another record there, and another place of
    /// this record.
    /// </summary>
    public (RecordId? OtherRecord, long? OtherPlace) Add(RecordId id, long offset)
    {
        RecordId? otherRecord = _records.TryAdd(offset, id) || _records[offset] == id ? null : _records[offset];
        if (otherRecord is null)
        {
            _sorted = null;
        }

        if (id == RecordId.Foreign)
        {
            return (otherRecord, null);
        }

        long? otherPlace = _places.TryAdd(id, offset) || _places[id] == offset ? null : _places[id];
        return (otherRecord, otherPlace);
    }
}
