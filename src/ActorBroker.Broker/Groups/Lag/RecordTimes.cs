using ActorBroker.Broker.Partitions;
using ActorBroker.Records;

namespace ActorBroker.Broker.Groups.Lag;

/// <summary>
/// Times of the records that groups read next. A look-up reads a batch's header, so an answer is kept: a group that
/// stands still is asked about again and again.
/// </summary>
/// <remarks>Two generations: when the younger is full, the older goes, and with it what nobody asked for.</remarks>
/// <param name="capacity">Answers that one generation holds.</param>
internal sealed class RecordTimes(int capacity)
{
    private readonly Lock _gate = new();
    private Dictionary<Place, long> _young = [];
    private Dictionary<Place, long> _old = [];

    /// <summary>
    /// Unix milliseconds of the first record at or after the offset; null where there is none yet, or it has no time.
    /// </summary>
    public long? Find(Partition partition, long offset)
    {
        var place = new Place(partition.TopicId, partition.Name.Partition, offset);
        lock (_gate)
        {
            if (_young.TryGetValue(place, out var known) || _old.TryGetValue(place, out known))
            {
                Keep(place, known);
                return known < 0 ? null : known;
            }
        }

        var found = partition.FindRecord(offset);
        if (found.Error != ErrorCode.None || found.Offset < 0)
        {
            return null;
        }

        lock (_gate)
        {
            Keep(place, found.TimestampMs);
        }

        return found.TimestampMs < 0 ? null : found.TimestampMs;
    }

    private void Keep(Place place, long timestampMs)
    {
        if (_young.Count >= capacity && !_young.ContainsKey(place))
        {
            (_young, _old) = ([], _young);
        }

        _young[place] = timestampMs;
    }

    private readonly record struct Place(Guid TopicId, int Partition, long Offset);
}
