using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Handlers.Fetching;

/// <summary>
/// What a client fetches, remembered (KIP-227), so that its next requests list only changes and the replies only news.
/// Partitions stand in the order in which they are read; those that yielded records go to the end, so that under a size
/// limit each gets its turn.
/// </summary>
/// <remarks>Used under the session's own lock: nothing keeps two connections from naming the same id.</remarks>
internal sealed class FetchSession(int id, bool byTopicId)
{
    private readonly Dictionary<FetchKey, LinkedListNode<FetchTarget>> _byKey = [];
    private readonly LinkedList<FetchTarget> _order = new();

    /// <summary>The id that the client names.</summary>
    public int Id => id;

    /// <summary>Made with topic ids (v13+) or with names; the two don't mix.</summary>
    public bool ByTopicId => byTopicId;

    /// <summary>The epoch of the next incremental request.</summary>
    public int NextEpoch { get; private set; } = 1;

    /// <summary>Partitions remembered.</summary>
    public int Count => _order.Count;

    /// <summary>The partitions of it that the cache has counted; kept by the cache.</summary>
    public int Counted { get; set; }

    /// <summary>When it was used last; kept by the cache.</summary>
    public long LastUsed { get; set; }

    /// <summary>Its place in the cache's order of use; null when it is no longer in the cache.</summary>
    public LinkedListNode<FetchSession>? Place { get; set; }

    /// <summary>The partitions in reading order.</summary>
    public FetchTarget[] Targets() => [.. _order];

    /// <summary>Takes the partitions of the full fetch that opened it.</summary>
    public void Begin(IEnumerable<FetchTarget> targets)
    {
        foreach (var target in targets)
        {
            if (!_byKey.ContainsKey(target.Key))
            {
                _byKey.Add(target.Key, _order.AddLast(target));
            }
        }
    }

    /// <summary>Takes the changes of an incremental request with the right epoch.</summary>
    public void Apply(FetchRequest request)
    {
        NextEpoch = NextEpoch == int.MaxValue ? 1 : NextEpoch + 1;
        foreach (var topic in request.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                var key = FetchRequests.KeyOf(topic, partition.Partition, byTopicId);
                if (!_byKey.TryGetValue(key, out var place))
                {
                    place = _order.AddLast(new FetchTarget(key));
                    _byKey.Add(key, place);
                }

                FetchRequests.Copy(partition, place.Value);
            }
        }

        foreach (var topic in request.ForgottenTopicsData)
        {
            foreach (var partition in topic.Partitions)
            {
                var key = byTopicId
                    ? new FetchKey(null, topic.TopicId, partition)
                    : new FetchKey(topic.Topic, Guid.Empty, partition);
                if (_byKey.Remove(key, out var place))
                {
                    _order.Remove(place);
                }
            }
        }
    }

    /// <summary>Moves a partition that yielded records behind the others.</summary>
    public void MoveToEnd(FetchKey key)
    {
        if (_byKey.TryGetValue(key, out var place))
        {
            _order.Remove(place);
            _order.AddLast(place);
        }
    }
}
