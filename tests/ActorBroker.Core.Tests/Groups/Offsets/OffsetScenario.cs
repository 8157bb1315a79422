using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Groups.Offsets;

/// <summary>A coordinator, its log, its topics and a clock; every turn's records go to the log.</summary>
internal sealed class OffsetScenario
{
    public const long Day = 86_400_000;
    private readonly GroupSettings _settings;
    private readonly List<GroupRecord> _log = [];
    private GroupCoordinatorMachine _machine;
    private FewTopics _topics;
    private FewTopics? _before;
    private int _ids;

    private OffsetScenario(GroupSettings settings, params string[] topics)
    {
        _settings = settings;
        _topics = new FewTopics(topics);
        _machine = NewMachine();
        Turn(turn => _machine.Begin(turn, _topics));
    }

    public long NowMs { get; private set; } = 1_000_000_000;

    public IReadOnlyList<GroupRecord> Log => _log;

    public int GroupCount => _machine.GroupCount;

    public static OffsetScenario With(params string[] topics) => new(new GroupSettings(), topics);

    public static OffsetScenario With(GroupSettings settings, params string[] topics) => new(settings, topics);

    public OffsetScenario Later(long ms)
    {
        NowMs += ms;
        return this;
    }

    /// <summary>Commits without a generation; the answer of each offset.</summary>
    public IReadOnlyList<ErrorCode> Commit(string group, params OffsetToCommit[] offsets) =>
        Commit(new CommitCommand(group, new MemberName("", null), -1, IsModern: true, -1, offsets));

    public IReadOnlyList<ErrorCode> Commit(CommitCommand command) =>
        Ask<IReadOnlyList<ErrorCode>>((turn, reply) => _machine.Commit(turn, command, reply));

    public long? Committed(string group, string topic, int partition = 0) =>
        Fetch(group, new TopicPartition(topic, partition))[0].Committed?.Offset;

    /// <summary>All offsets of the group where no partition is named.</summary>
    public IReadOnlyList<FetchedOffset> Fetch(string group, params TopicPartition[] partitions)
    {
        var result = Ask<FetchOffsetsResult>((turn, reply) => _machine.FetchOffsets(
            turn, new FetchOffsetsCommand(group, null, -1, partitions.Length == 0 ? null : partitions, false), reply));
        Assert.Equal(ErrorCode.None, result.Error);
        return result.Offsets;
    }

    public DeleteOffsetsResult Delete(string group, params TopicPartition[] partitions) =>
        Ask<DeleteOffsetsResult>((turn, reply) => _machine.DeleteOffsets(
            turn, new DeleteOffsetsCommand(group, partitions), reply));

    public ErrorCode DeleteGroup(string group) =>
        Ask<ErrorCode>((turn, reply) => _machine.DeleteGroup(turn, group, reply));

    public int Expire()
    {
        var count = 0;
        Turn(turn => count = _machine.ExpireOffsets(turn));
        return count;
    }

    public OffsetScenario Topics(params string[] topics) => Topics(_topics.Change(topics));

    /// <summary>The topic is deleted and made anew between two images.</summary>
    public OffsetScenario Remade(string topic) => Topics(_topics.Remake(topic));

    /// <summary>The coordinator dies; a new one replays the log, or what compaction left of it.</summary>
    public OffsetScenario Restarted(bool compacted = false)
    {
        _machine = NewMachine();
        var kept = compacted ? Compacted() : _log;
        foreach (var record in kept)
        {
            _machine.Apply(record);
        }

        Turn(turn => _machine.Begin(turn, _topics, _before));
        return this;
    }

    /// <summary>The topic is deleted and made anew while nobody is in charge.</summary>
    public OffsetScenario RestartedAfterRemaking(string topic)
    {
        _before = _topics;
        _topics = _topics.Remake(topic);
        return Restarted();
    }

    public OffsetScenario RestartedWith(params string[] topics)
    {
        _topics = _topics.Change(topics);
        return Restarted();
    }

    public IReadOnlyList<ListedGroup> List() =>
        Ask<IReadOnlyList<ListedGroup>>((turn, reply) => _machine.List(turn, reply));

    /// <summary>A classic group as an earlier coordinator stored it.</summary>
    public OffsetScenario Stored(string group, string protocolType, long emptySinceMs) => Stored(new GroupRecord(
        new GroupMetadataKey { Group = group },
        new GroupMetadataValue
        {
            ProtocolType = protocolType,
            Generation = 3,
            Protocol = null,
            Leader = null,
            CurrentStateTimestamp = emptySinceMs,
        }));

    public OffsetScenario Stored(in GroupRecord record)
    {
        _log.Add(record);
        _machine.Apply(record);
        return this;
    }

    private OffsetScenario Topics(FewTopics topics)
    {
        _topics = topics;
        Turn(turn => _machine.ChangeTopics(turn, topics));
        return this;
    }

    private GroupCoordinatorMachine NewMachine() => new(_settings, () => $"id-{++_ids}");

    private T Ask<T>(Action<GroupTurn, Reply<T>> ask)
    {
        var reply = new Reply<T>();
        Turn(turn => ask(turn, reply));
        return reply.Result;
    }

    private void Turn(Action<GroupTurn> step)
    {
        var turn = new GroupTurn(new GroupTime(NowMs, NowMs));
        step(turn);
        _machine.EndTurn(turn);
        _log.AddRange(turn.Records);
    }

    private List<GroupRecord> Compacted()
    {
        var newest = new Dictionary<string, int>();
        for (var index = 0; index < _log.Count; index++)
        {
            newest[KeyText(_log[index])] = index;
        }

        return [.. newest.Values.Order().Select(index => _log[index])];
    }

    private static string KeyText(in GroupRecord record) => record.Key switch
    {
        OffsetCommitKey key => $"{key.Group} {key.Topic} {key.Partition}",
        _ => $"{record.Key.GetType().Name} {record.GroupId}",
    };

    private sealed class FewTopics : IGroupTopics
    {
        private readonly SortedDictionary<string, GroupTopic> _topics = new(StringComparer.Ordinal);

        public FewTopics(params string[] names) => Add(names);

        public IEnumerable<string> Names => _topics.Keys;

        public GroupTopic? Find(string name) => _topics.GetValueOrDefault(name);

        public GroupTopic? Find(Guid id) => _topics.Values.FirstOrDefault(topic => topic.Id == id);

        public FewTopics Change(string[] names)
        {
            var changed = new FewTopics();
            foreach (var name in names.Where(_topics.ContainsKey))
            {
                changed._topics[name] = _topics[name];
            }

            changed.Add([.. names.Where(name => !_topics.ContainsKey(name))]);
            return changed;
        }

        public FewTopics Remake(string name)
        {
            var changed = Change([.. Names.Where(each => each != name)]);
            changed.Add(name);
            return changed;
        }

        private void Add(params string[] names)
        {
            foreach (var name in names)
            {
                _topics[name] = new GroupTopic(Guid.NewGuid(), name, 10, []);
            }
        }
    }
}
