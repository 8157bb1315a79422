using ActorBroker.Core.Groups;

namespace ActorBroker.Core.Tests.Groups.Simulation;

/// <summary>Topics that are given.</summary>
internal sealed class SimulatedTopics : IGroupTopics
{
    private readonly SortedDictionary<string, GroupTopic> _byName = new(StringComparer.Ordinal);

    public SimulatedTopics(params (string Name, int Partitions)[] topics)
    {
        foreach (var (name, partitions) in topics)
        {
            _byName.Add(name, new GroupTopic(IdOf(name), name, partitions, []));
        }
    }

    public IEnumerable<string> Names => _byName.Keys;

    /// <summary>The id of a topic is made of its name, which has at most 16 letters.</summary>
    public static Guid IdOf(string name)
    {
        var bytes = new byte[16];
        System.Text.Encoding.ASCII.GetBytes(name, bytes);
        return new Guid(bytes);
    }

    public GroupTopic? Find(string name) => _byName.GetValueOrDefault(name);

    public GroupTopic? Find(Guid id) => _byName.Values.FirstOrDefault(topic => topic.Id == id);
}
