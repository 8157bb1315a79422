using ActorBroker.Core.Groups;

namespace ActorBroker.Core.Tests.Groups.Consumer;

/// <summary>A set of topics that does not change; a change is another set.</summary>
internal sealed class ScenarioTopics : IGroupTopics
{
    private readonly SortedDictionary<string, GroupTopic> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, GroupTopic> _byId = [];

    public ScenarioTopics(params (string Name, int Partitions)[] topics)
        : this(topics.Select(static topic => new GroupTopic(IdOf(topic.Name), topic.Name, topic.Partitions, [])))
    {
    }

    public ScenarioTopics(IEnumerable<GroupTopic> topics)
    {
        foreach (var topic in topics)
        {
            _byName.Add(topic.Name, topic);
            _byId.Add(topic.Id, topic);
        }
    }

    public IEnumerable<string> Names => _byName.Keys;

    public static Guid IdOf(string name, int incarnation = 0)
    {
        var bytes = new byte[16];
        System.Text.Encoding.ASCII.GetBytes(name.PadRight(12).AsSpan(0, 12), bytes);
        bytes[15] = (byte)incarnation;
        return new Guid(bytes);
    }

    public GroupTopic? Find(string name) => _byName.GetValueOrDefault(name);

    public GroupTopic? Find(Guid id) => _byId.GetValueOrDefault(id);
}
