namespace ActorBroker.Assignors;

/// <summary>The assignors by their names on the wire. They keep no state: each is one object for all.</summary>
public static class PartitionAssignors
{
    /// <summary><c>range</c>: of each topic a run of partitions; both classic and server side.</summary>
    public static IPartitionAssignor Range { get; } = new RangeAssignor();

    /// <summary><c>roundrobin</c>: all partitions dealt like cards.</summary>
    public static IPartitionAssignor RoundRobin { get; } = new RoundRobinAssignor();

    /// <summary><c>sticky</c>: balanced, with few moves; members give everything up before they join.</summary>
    public static IPartitionAssignor Sticky { get; } = new StickyAssignor();

    /// <summary><c>cooperative-sticky</c>: as sticky, and members keep what they own meanwhile.</summary>
    public static IPartitionAssignor CooperativeSticky { get; } = new CooperativeStickyAssignor();

    /// <summary><c>uniform</c>: the server's sticky assignor (KIP-848).</summary>
    public static IPartitionAssignor Uniform { get; } = new UniformAssignor();

    /// <summary>What members of classic groups may choose of, the default of Kafka's clients first.</summary>
    public static IReadOnlyList<IPartitionAssignor> Classic { get; } = [Range, RoundRobin, Sticky, CooperativeSticky];

    /// <summary>What members of KIP-848 groups may choose of, the default first.</summary>
    public static IReadOnlyList<IPartitionAssignor> Server { get; } = [Uniform, Range];

    /// <summary>The classic assignor of this name, or null.</summary>
    public static IPartitionAssignor? FindClassic(string name) => Find(Classic, name);

    /// <summary>The server-side assignor of this name, or null.</summary>
    public static IPartitionAssignor? FindServer(string name) => Find(Server, name);

    private static IPartitionAssignor? Find(IReadOnlyList<IPartitionAssignor> assignors, string name)
    {
        foreach (var assignor in assignors)
        {
            if (assignor.Name == name)
            {
                return assignor;
            }
        }

        return null;
    }
}
