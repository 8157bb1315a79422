using ActorBroker.Core.Groups.Records;
using ActorBroker.Protocol;

namespace ActorBroker.Core.Groups;

/// <summary>What the groups of a coordinator share.</summary>
/// <param name="settings">The settings.</param>
/// <param name="newId">Makes a new unique id, for members (chance and clocks come from outside).</param>
/// <param name="apply">The coordinator's one way to change what is stored.</param>
internal sealed class GroupContext(GroupSettings settings, Func<string> newId, Action<GroupRecord> apply)
{
    public GroupSettings Settings => settings;

    /// <summary>The topics as of this turn.</summary>
    public IGroupTopics Topics { get; set; } = NoTopics.Instance;

    public string NewId() => newId();

    /// <summary>Decides a record: it goes to the turn, and is applied at once as a replay would apply it.</summary>
    public void Store(GroupTurn turn, IApiMessage key, IApiMessage? value)
    {
        var record = new GroupRecord(key, value);
        turn.Add(record);
        apply(record);
    }

    private sealed class NoTopics : IGroupTopics
    {
        public static readonly NoTopics Instance = new();

        public IEnumerable<string> Names => [];

        public GroupTopic? Find(string name) => null;

        public GroupTopic? Find(Guid id) => null;
    }
}
