// What a change means for the whole group: the topics that are subscribed now, and who shall own which partition.
using ActorBroker.Assignors;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Consumer;

internal sealed partial class ConsumerGroup
{
    // A target costs microseconds for each member. A large group that changes all the time gets a new one at intervals
    // that leave the coordinator for others; who joins in between gets its part with its next heartbeat.
    private const int MembersPerMs = 100;

    // Each costs the memory of its automaton, and a look at all topics whenever one comes or goes.
    private const int PatternsMax = 100;

    private readonly Dictionary<string, GroupPattern> _patterns = [];
    private readonly Dictionary<string, TopicPattern> _parsed = [];
    private long _computedAtMs = long.MinValue / 2;
    private HashSet<string> _subscribed = [];
    private bool _subscribedIsStale;
    private List<ConsumerGroupPartitionMetadataValue.TopicMetadata> _topics = [];
    private IGroupTopics? _seenTopics;
    private bool _isChanged;

    /// <summary>Nothing is waiting to be decided, so that a heartbeat is about its own member only.</summary>
    private bool IsSettled =>
        !_isChanged && GroupEpoch == AssignmentEpoch && ReferenceEquals(_seenTopics, Context.Topics);

    private void Apply(string expression, ConsumerGroupRegularExpressionValue? value)
    {
        _subscribedIsStale = true;
        if (value is null)
        {
            _patterns.Remove(expression);
            return;
        }

        if (!_patterns.TryGetValue(expression, out var pattern))
        {
            pattern = NewPattern(expression);
            _patterns.Add(expression, pattern);
        }

        pattern.Stored = value;
    }

    /// <summary>
    /// Something changed that the target depends on: the group epoch goes up, once per turn. It is the highest of all,
    /// whatever a log with a hole in it says.
    /// </summary>
    private void Change(GroupTurn turn)
    {
        if (!_isChanged)
        {
            _isChanged = true;
            StoreGroupEpoch(turn, NewestEpoch() + 1);
        }

        CallAtEnd(turn);
    }

    private int NewestEpoch()
    {
        var newest = Math.Max(GroupEpoch, AssignmentEpoch);
        foreach (var member in _members.Values)
        {
            newest = Math.Max(newest, member.Current.Epoch);
        }

        return newest;
    }

    /// <summary>Looks what the subscriptions come to with the topics that there are now.</summary>
    private void RefreshTopics(GroupTurn turn)
    {
        if (!_isChanged && ReferenceEquals(_seenTopics, Context.Topics))
        {
            return;
        }

        ResolvePatterns(turn);
        GatherSubscribed();
        var topics = _subscribed.Order(StringComparer.Ordinal).Select(Context.Topics.Find).OfType<GroupTopic>()
            .Select(MetadataOf).ToList();
        if (!IsSame(topics, _topics))
        {
            Change(turn);
            StoreTopics(turn, topics);
        }

        _seenTopics = Context.Topics;
    }

    private void ResolvePatterns(GroupTurn turn)
    {
        var wanted = _members.Values.Select(static member => member.Metadata.SubscribedTopicRegex)
            .OfType<string>().ToHashSet();
        foreach (var expression in _patterns.Keys.Where(each => !wanted.Contains(each)).ToList())
        {
            StorePattern(turn, expression, null);
        }

        // With the topics that were there before, an expression comes to what it came to before.
        var isOldView = ReferenceEquals(_seenTopics, Context.Topics);
        foreach (var expression in wanted)
        {
            var known = _patterns.GetValueOrDefault(expression);
            if (known is not null && isOldView)
            {
                continue;
            }

            var topics = (known ?? NewPattern(expression)).Resolve(Context.Topics);
            if (known is null || !topics.SequenceEqual(known.Topics))
            {
                var value = new ConsumerGroupRegularExpressionValue
                {
                    Topics = topics,
                    Timestamp = turn.Now.UnixMs,
                };
                StorePattern(turn, expression, value);
            }
        }
    }

    /// <summary>
    /// Parses an expression that the group does not have yet; it is not parsed again when it is resolved.
    /// </summary>
    private (ErrorCode Error, string Message) CheckPattern(string expression)
    {
        if (expression.Length == 0 || _patterns.ContainsKey(expression) || _parsed.ContainsKey(expression))
        {
            return (ErrorCode.None, "");
        }

        if (_patterns.Count + _parsed.Count >= PatternsMax)
        {
            return (ErrorCode.InvalidRegularExpression,
                $"The group's members subscribe {PatternsMax} different expressions, which is all that they may.");
        }

        var refused = HeartbeatRules.CheckPattern(expression, out var pattern);
        if (pattern is not null)
        {
            _parsed.Add(expression, pattern);
        }

        return refused;
    }

    private GroupPattern NewPattern(string expression) => new(expression, _parsed.GetValueOrDefault(expression));

    private void GatherSubscribed()
    {
        _subscribed = [];
        foreach (var member in _members.Values)
        {
            _subscribed.UnionWith(member.Metadata.SubscribedTopicNames);
        }

        foreach (var pattern in _patterns.Values)
        {
            _subscribed.UnionWith(pattern.Topics);
        }

        _subscribedIsStale = false;
    }

    private static ConsumerGroupPartitionMetadataValue.TopicMetadata MetadataOf(GroupTopic topic) => new()
    {
        TopicId = topic.Id,
        TopicName = topic.Name,
        NumPartitions = topic.PartitionCount,
        PartitionMetadata =
        [
            .. topic.Racks.Select(static (racks, partition) =>
                new ConsumerGroupPartitionMetadataValue.PartitionMetadata
                {
                    Partition = partition,
                    Racks = [.. racks.Order(StringComparer.Ordinal)],
                }),
        ],
    };

    private static bool IsSame(
        List<ConsumerGroupPartitionMetadataValue.TopicMetadata> left,
        List<ConsumerGroupPartitionMetadataValue.TopicMetadata> right) =>
        left.Count == right.Count && left.Zip(right).All(static pair =>
            pair.First.TopicId == pair.Second.TopicId &&
            pair.First.TopicName == pair.Second.TopicName &&
            pair.First.NumPartitions == pair.Second.NumPartitions &&
            pair.First.PartitionMetadata.Count == pair.Second.PartitionMetadata.Count &&
            pair.First.PartitionMetadata.Zip(pair.Second.PartitionMetadata).All(static partitions =>
                partitions.First.Partition == partitions.Second.Partition &&
                partitions.First.Racks.SequenceEqual(partitions.Second.Racks)));

    /// <summary>The assignor that most members ask for; of equals the broker's first.</summary>
    private IPartitionAssignor PreferredAssignor()
    {
        var votes = _members.Values.Select(static member => member.Metadata.ServerAssignor).OfType<string>()
            .CountBy(static name => name).ToDictionary();
        var names = Context.Settings.ConsumerAssignors;
        var name = names.MaxBy(each => votes.GetValueOrDefault(each)) ?? names[0];
        return PartitionAssignors.FindServer(name) ?? PartitionAssignors.Server[0];
    }

    private bool MayCompute(GroupTurn turn) =>
        AssignmentEpoch == 0 || turn.Now.MonotonicMs - _computedAtMs >= _members.Count / MembersPerMs;

    private void ComputeTarget(GroupTurn turn)
    {
        _computedAtMs = turn.Now.MonotonicMs;
        var ids = _topics.ToDictionary(static topic => topic.TopicName, static topic => topic.TopicId);
        var names = _topics.ToDictionary(static topic => topic.TopicId, static topic => topic.TopicName);
        var members = _members.Values.Select(member => AsAssigned(member, names)).ToList();
        var topics = _topics.Select(static topic => new AssignedTopic(topic.TopicName, topic.NumPartitions)
        {
            Racks = [.. topic.PartitionMetadata.Select(static partition => partition.Racks)],
        }).ToList();
        var target = PreferredAssignor().Assign(members, topics);
        foreach (var member in _members.Values)
        {
            var partitions = PartitionSet.Of(target[member.Id].Select(each => (ids[each.Topic], each.Partition)));
            if (!partitions.Equals(member.Target))
            {
                StoreTarget(turn, member.Id, partitions);
            }
        }

        StoreAssignmentEpoch(turn, GroupEpoch);
    }

    private GroupMember AsAssigned(ConsumerMember member, Dictionary<Guid, string> names)
    {
        IReadOnlyCollection<string> topics = member.Metadata.SubscribedTopicNames;
        if (member.Metadata.SubscribedTopicRegex is { } expression)
        {
            topics = topics.Union(_patterns[expression].Topics).ToHashSet();
        }

        return new GroupMember(member.Id, topics)
        {
            InstanceId = member.Metadata.InstanceId,
            RackId = member.Metadata.RackId,
            Owned =
            [
                .. member.Target.All.Where(each => names.ContainsKey(each.Topic))
                    .Select(each => new TopicPartition(names[each.Topic], each.Partition)),
            ],
        };
    }
}
