using ActorBroker.Broker.Partitions;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups.Lag;

/// <summary>
/// Times of the records that groups read next. A look-up reads a batch, so an answer is kept for a while: a group that
/// stands still is asked about again and again. Not for ever, as compaction may take the record away; and for a short
/// time only where there was none.
/// </summary>
/// <remarks>Two generations: when the younger is full, the older goes, and with it what nobody asked for.</remarks>
/// <param name="capacity">Answers that one generation holds.</param>
/// <param name="time">The clock.</param>
internal sealed class RecordTimes(int capacity, TimeProvider time)
{
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NoneFor = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Dictionary<Place, Answer> _young = [];
    private Dictionary<Place, Answer> _old = [];

    /// <summary>
    /// Unix milliseconds of the first record at or after the offset; null where there is none yet, where it has no
    /// time, and where it is not known and the budget is used up.
    /// </summary>
    public long? Find(Partition partition, long offset, ReadBudget budget)
    {
        var place = new Place(partition.TopicId, partition.Name.Partition, offset);
        lock (_gate)
        {
            if ((_young.TryGetValue(place, out var known) || _old.TryGetValue(place, out known)) &&
                time.GetElapsedTime(known.TakenAt) < (known.TimestampMs is null ? NoneFor : KnownFor))
            {
                Keep(place, known);
                return known.TimestampMs;
            }
        }

        if (!budget.TryTake())
        {
            return null;
        }

        var found = partition.FindRecord(offset);
        var timestampMs = found is { Error: ErrorCode.None, Offset: >= 0, TimestampMs: >= 0 }
            ? found.TimestampMs
            : default(long?);
        lock (_gate)
        {
            Keep(place, new Answer(timestampMs, time.GetTimestamp()));
        }

        return timestampMs;
    }

    private void Keep(Place place, Answer answer)
    {
        if (_young.Count >= capacity && !_young.ContainsKey(place))
        {
            (_young, _old) = ([], _young);
        }

        _young[place] = answer;
    }

    private readonly record struct Place(Guid TopicId, int Partition, long Offset);

    private readonly record struct Answer(long? TimestampMs, long TakenAt);
}
