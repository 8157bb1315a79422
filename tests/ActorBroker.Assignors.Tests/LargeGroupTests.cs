namespace ActorBroker.Assignors.Tests;

/// <summary>Sizes at which anything quadratic would show as a test that does not end.</summary>
public class LargeGroupTests
{
    public static TheoryData<string> All => ["range", "roundrobin", "sticky", "cooperative-sticky", "uniform"];

    private static IPartitionAssignor Of(string name) =>
        PartitionAssignors.FindClassic(name) ?? PartitionAssignors.FindServer(name)!;

    [Theory]
    [MemberData(nameof(All))]
    public void A_thousand_members_share_a_hundred_thousand_partitions(string name)
    {
        string[] subscription = [.. Enumerable.Range(0, 100).Select(topic => $"topic-{topic}")];
        var topics = subscription.Select(topic => new AssignedTopic(topic, 1_000)).ToList();
        var members = Enumerable.Range(0, 1_000).Select(id => new GroupMember($"m{id}", subscription)).ToList();

        var first = Of(name).Assign(members, topics);
        var owning = members.Select(member => member with { Owned = first[member.MemberId] }).ToList();
        owning.Add(new GroupMember("one-more", subscription));
        var second = Of(name).Assign(owning, topics);

        Assert.All(first.Values, partitions => Assert.Equal(100, partitions.Count));
        Assert.Equal(100_000, second.Values.SelectMany(partitions => partitions).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_thousand_members_of_unequal_subscriptions_share_a_hundred_thousand_partitions(string name)
    {
        var names = Enumerable.Range(0, 1_000).Select(topic => $"topic-{topic}").ToArray();
        var topics = names.Select(topic => new AssignedTopic(topic, 100)).ToList();
        var members = Enumerable.Range(0, 1_000)
            .Select(id => new GroupMember($"m{id}", names[(id / 2)..])).ToList();

        var first = Of(name).Assign(members, topics);
        var owning = members.Select(member => member with { Owned = first[member.MemberId] }).Skip(1).ToList();
        owning.Add(new GroupMember("one-more", names));
        var second = Of(name).Assign(owning, topics);

        Assert.Equal(100_000, second.Values.SelectMany(partitions => partitions).Distinct().Count());
    }
}
