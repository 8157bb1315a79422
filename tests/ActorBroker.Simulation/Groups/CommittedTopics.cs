using ActorBroker.Core.Groups;

namespace ActorBroker.Simulation.Groups;

/// <summary>
/// The topics that groups have read, as every coordinator sees them. They are names only, and nobody deletes one: the
/// offsets of a topic that is gone would go with it.
/// </summary>
internal sealed class CommittedTopics : IGroupTopics
{
    public const string Topic = "read";
    public const int Partitions = 2;

    private static readonly GroupTopic Only = new(new Guid(1, 0, 0, new byte[8]), Topic, Partitions, []);

    public static CommittedTopics All { get; } = new();

    public IEnumerable<string> Names => [Topic];

    public GroupTopic? Find(string name) => name == Topic ? Only : null;

    public GroupTopic? Find(Guid id) => id == Only.Id ? Only : null;
}
