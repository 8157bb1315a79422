namespace ActorBroker.Core.Groups;

/// <summary>What the groups of a coordinator share.</summary>
/// <param name="settings">The settings.</param>
/// <param name="newId">Makes a new unique id, for members (chance and clocks come from outside).</param>
internal sealed class GroupContext(GroupSettings settings, Func<string> newId)
{
    public GroupSettings Settings => settings;

    /// <summary>The topics as of this turn.</summary>
    public IGroupTopics Topics { get; set; } = NoTopics.Instance;

    public string NewId() => newId();

    private sealed class NoTopics : IGroupTopics
    {
        public static readonly NoTopics Instance = new();

        public IEnumerable<string> Names => [];

        public GroupTopic? Find(string name) => null;

        public GroupTopic? Find(Guid id) => null;
    }
}
