using ActorBroker.Assignors;

namespace ActorBroker.Client;

/// <summary>
/// One of Kafka's <c>partition.assignment.strategy</c>: how members of a classic group share partitions. A name
/// (<c>"range"</c>) can be written where one is wanted.
/// </summary>
public sealed record GroupAssignor
{
    private readonly Func<IPartitionAssignor> _make;

    private GroupAssignor(string name, bool isCooperative, Func<IPartitionAssignor> make)
    {
        Name = name;
        IsCooperative = isCooperative;
        _make = make;
    }

    /// <summary>Each topic's partitions in ranges: equal partitions of topics of equal size go together.</summary>
    public static GroupAssignor Range { get; } = new("range", false, () => Missing("range"));

    /// <summary>All partitions in turn.</summary>
    public static GroupAssignor RoundRobin { get; } = new("roundrobin", false, () => Missing("roundrobin"));

    /// <summary>Balanced, with as few moves as possible; members still stop while they join again.</summary>
    public static GroupAssignor Sticky { get; } = new("sticky", false, () => Missing("sticky"));

    /// <summary>The same; members go on with what they keep, and only what moves is given up (KIP-429).</summary>
    public static GroupAssignor CooperativeSticky { get; } =
        new("cooperative-sticky", true, () => Missing("cooperative-sticky"));

    /// <summary>The name on the wire; all members of a group must share one.</summary>
    public string Name { get; }

    /// <summary>
    /// True where members may keep their partitions while they join. They do where each of a member's assignors allows.
    /// </summary>
    public bool IsCooperative { get; }

    internal IPartitionAssignor Assignor => _make();

    /// <summary>An assignor of one's own; its members give up everything before they join again.</summary>
    public static GroupAssignor Own(IPartitionAssignor assignor)
    {
        ArgumentNullException.ThrowIfNull(assignor);
        ArgumentException.ThrowIfNullOrEmpty(assignor.Name, nameof(assignor));
        return new GroupAssignor(assignor.Name, false, () => assignor);
    }

    /// <summary>The assignor of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static GroupAssignor FromString(string name) => name switch
    {
        "range" => Range,
        "roundrobin" => RoundRobin,
        "sticky" => Sticky,
        "cooperative-sticky" => CooperativeSticky,
        _ => throw new ArgumentException(
            $"There is no assignor '{name}': range, roundrobin, sticky or cooperative-sticky.", nameof(name)),
    };

    /// <summary>The assignor of a name.</summary>
    public static implicit operator GroupAssignor(string name) => FromString(name);

    private static IPartitionAssignor Missing(string name) => throw new NotSupportedException(name);
}
