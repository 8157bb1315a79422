using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// The consumer's half of an incremental fetch session (KIP-227): the broker remembers what was asked for, and a
/// request names only what has changed. States: none (id 0, everything is named, the broker may open one), open (id and
/// an epoch that grows with each answer). Any doubt leads back to none. No clock, no sockets.
/// </summary>
internal sealed class FetchSession
{
    public const short FirstVersionWithSessions = 7;
    public const short FirstVersionWithTopicIds = 13;

    private readonly Dictionary<TopicPartition, FetchTarget> _asked = [];
    private readonly Dictionary<Guid, string> _topicNames = [];
    private int _id;
    private int _epoch;
    private short _version = -1;
    private int _turn;

    /// <summary>True where the broker remembers what was asked for.</summary>
    public bool IsOpen => _id != 0;

    /// <summary>The next request's topics and session fields; the rest is the caller's.</summary>
    public FetchRequest NewRequest(IReadOnlyList<FetchTarget> targets, short version, int partitionMaxBytes)
    {
        if (version != _version || targets.Any(HasNewTopicId))
        {
            Reset();
            _version = version;
        }

        var request = new FetchRequest();
        if (version >= FirstVersionWithSessions)
        {
            request.SessionId = _id;
            request.SessionEpoch = _epoch;
        }

        // Without a session a broker serves the first ones first, so that each is to be the first at times.
        var first = IsOpen || targets.Count == 0 ? 0 : _turn++ % targets.Count;
        var topics = new Dictionary<string, FetchRequest.FetchTopic>();
        var left = IsOpen ? new HashSet<TopicPartition>(_asked.Keys) : null;
        for (var i = 0; i < targets.Count; i++)
        {
            var target = targets[(first + i) % targets.Count];
            left?.Remove(target.Id);
            if (!IsOpen || !_asked.TryGetValue(target.Id, out var known) || !target.AsksTheSameAs(known))
            {
                TopicOf(request, topics, target).Partitions.Add(Ask(target, partitionMaxBytes));
            }
        }

        Forget(request, left ?? []);
        Remember(targets);
        return request;
    }

    /// <summary>What was asked of a partition of the answer; false where nothing was.</summary>
    public bool TryFind(FetchResponse.FetchableTopicResponse topic, int partition, out FetchTarget target)
    {
        target = default;
        var name = _version >= FirstVersionWithTopicIds ? _topicNames.GetValueOrDefault(topic.TopicId) : topic.Topic;
        return name is not null && _asked.TryGetValue(new TopicPartition(name, partition), out target);
    }

    /// <summary>A good answer came.</summary>
    public void Answered(FetchResponse answer)
    {
        if (_version < FirstVersionWithSessions)
        {
            return;
        }

        if (!IsOpen)
        {
            _id = answer.SessionId;
            _epoch = IsOpen ? 1 : 0;
        }
        else
        {
            // Zero would open another session.
            _epoch = _epoch == int.MaxValue ? 1 : _epoch + 1;
        }
    }

    /// <summary>The session is lost, or the connection: the next request names everything.</summary>
    public void Reset()
    {
        _id = 0;
        _epoch = 0;
        _asked.Clear();
        _topicNames.Clear();
    }

    // A topic that was deleted and created again is another one to a session.
    private bool HasNewTopicId(FetchTarget target) =>
        _asked.TryGetValue(target.Id, out var known) && known.TopicId != target.TopicId;

    private static FetchRequest.FetchPartition Ask(in FetchTarget target, int maxBytes) => new()
    {
        Partition = target.Id.Partition,
        CurrentLeaderEpoch = target.LeaderEpoch,
        FetchOffset = target.Offset,
        PartitionMaxBytes = maxBytes,
    };

    private FetchRequest.FetchTopic TopicOf(
        FetchRequest request, Dictionary<string, FetchRequest.FetchTopic> topics, in FetchTarget target)
    {
        if (!topics.TryGetValue(target.Id.Topic, out var topic))
        {
            var byId = _version >= FirstVersionWithTopicIds;
            topic = new FetchRequest.FetchTopic
            {
                Topic = byId ? "" : target.Id.Topic,
                TopicId = byId ? target.TopicId : Guid.Empty,
            };
            topics.Add(target.Id.Topic, topic);
            request.Topics.Add(topic);
        }

        return topic;
    }

    private void Forget(FetchRequest request, IEnumerable<TopicPartition> left)
    {
        foreach (var topic in left.GroupBy(each => each.Topic))
        {
            var byId = _version >= FirstVersionWithTopicIds;
            request.ForgottenTopicsData.Add(new FetchRequest.ForgottenTopic
            {
                Topic = byId ? "" : topic.Key,
                TopicId = byId ? _asked[topic.First()].TopicId : Guid.Empty,
                Partitions = [.. topic.Select(each => each.Partition)],
            });
        }
    }

    private void Remember(IReadOnlyList<FetchTarget> targets)
    {
        _asked.Clear();
        _topicNames.Clear();
        foreach (var target in targets)
        {
            _asked[target.Id] = target;
            _topicNames[target.TopicId] = target.Id.Topic;
        }
    }
}
