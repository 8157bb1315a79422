using ActorBroker.Records;

namespace ActorBroker.Assignors.Tests;

/// <summary>A group and its topics, in few words.</summary>
internal sealed class Scenario
{
    private readonly List<GroupMember> _members = [];
    private readonly List<AssignedTopic> _topics = [];
    private int _nextBroker;

    public IReadOnlyList<GroupMember> Members => _members;

    public IReadOnlyList<AssignedTopic> Topics => _topics;

    /// <summary>Member of this id; topics are divided by spaces.</summary>
    public Scenario Member(string id, string topics, string? rack = null, string? instance = null, string owned = "") =>
        Add(new GroupMember(id, topics.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            RackId = rack,
            InstanceId = instance,
            Owned = Partitions(owned),
        });

    public Scenario Add(GroupMember member)
    {
        _members.Add(member);
        return this;
    }

    public Scenario Topic(string name, int partitions)
    {
        _topics.Add(new AssignedTopic(name, partitions));
        return this;
    }

    /// <summary>A topic whose replicas go round the racks; the next topic goes on where this one ends.</summary>
    public Scenario Topic(string name, int partitions, int replicas, string racks)
    {
        _topics.Add(new AssignedTopic(name, partitions)
        {
            Racks = [.. Enumerable.Range(_nextBroker, partitions).Select(first => Enumerable.Range(first, replicas)
                .Select(broker => racks[broker % racks.Length].ToString()).ToHashSet())],
        });
        _nextBroker += partitions;
        return this;
    }

    public IReadOnlyDictionary<string, IReadOnlyList<TopicPartition>> Assign(IPartitionAssignor assignor) =>
        assignor.Assign(_members, _topics);

    /// <summary>Holds when each member got what stands beside it: <c>"m1: a-0 a-1"</c>, in any order.</summary>
    public void Gives(IPartitionAssignor assignor, params string[] expected)
    {
        var actual = Assign(assignor).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry =>
            $"{entry.Key}: {string.Join(' ', entry.Value.OrderBy(Name, StringComparer.Ordinal))}".Trim());
        var wanted = expected.Select(line => line.Split(": ") is [var member, var partitions]
            ? $"{member}: {string.Join(' ', partitions.Split(' ').Order(StringComparer.Ordinal))}"
            : line.Trim());

        Assert.Equal(wanted, actual);
    }

    public static IReadOnlyList<TopicPartition> Partitions(string names) =>
        [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name =>
            new TopicPartition(name[..name.LastIndexOf('-')], int.Parse(name[(name.LastIndexOf('-') + 1)..], null)))];

    private static string Name(TopicPartition partition) => partition.ToString();
}
