// Random groups, by seed: what must hold of every answer of every assignor, and what sticky ones promise beyond.
using ActorBroker.Records;
using Answer = System.Collections.Generic.IReadOnlyDictionary<
    string, System.Collections.Generic.IReadOnlyList<ActorBroker.Records.TopicPartition>>;

namespace ActorBroker.Assignors.Tests;

public class AssignorPropertyTests
{
    private const int Seeds = 400;

    public static TheoryData<string> All => ["range", "roundrobin", "sticky", "cooperative-sticky", "uniform"];

    public static TheoryData<string> Sticky => ["sticky", "cooperative-sticky", "uniform"];

    private static IPartitionAssignor Of(string name) =>
        PartitionAssignors.FindClassic(name) ?? PartitionAssignors.FindServer(name)!;

    [Theory]
    [MemberData(nameof(All))]
    public void Every_partition_goes_to_exactly_one_of_its_subscribers(string name)
    {
        foreach (var (group, seed) in Groups(equal: null, racks: null))
        {
            var answer = group.Assign(Of(name));

            Assert.Equal(group.Members.Select(member => member.MemberId).Order(), answer.Keys.Order());
            var given = answer.Values.SelectMany(partitions => partitions).ToList();
            var expected = group.Topics
                .Where(topic => group.Members.Any(member => member.Topics.Contains(topic.Name)))
                .SelectMany(topic => Enumerable.Range(0, topic.PartitionCount), (topic, index) => (topic.Name, index));
            Assert.True(
                given.Select(partition => (partition.Topic, partition.Partition)).Order()
                    .SequenceEqual(expected.Order()),
                $"seed {seed}");
            Assert.All(group.Members, member => Assert.All(
                answer[member.MemberId], partition => Assert.Contains(partition.Topic, member.Topics)));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_order_of_members_topics_and_claims_changes_nothing(string name)
    {
        foreach (var (group, seed) in Groups(equal: null, racks: null))
        {
            var random = new Random(seed);
            var shuffled = new Scenario();
            foreach (var member in group.Members.OrderBy(_ => random.Next()))
            {
                shuffled.Add(member with
                {
                    Owned = [.. member.Owned.OrderBy(_ => random.Next())],
                    Topics = [.. member.Topics.OrderBy(_ => random.Next())],
                });
            }

            var topics = group.Topics.OrderBy(_ => random.Next()).ToList();

            AssertSame(group.Assign(Of(name)), Of(name).Assign(shuffled.Members, topics), seed);
        }
    }

    [Theory]
    [MemberData(nameof(Sticky))]
    public void Equal_subscriptions_give_equal_shares(string name)
    {
        foreach (var (group, seed) in Groups(equal: true, racks: null))
        {
            var loads = group.Assign(Of(name)).Values.Select(partitions => partitions.Count).ToList();

            Assert.True(loads.Max() - loads.Min() <= 1, $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Sticky))]
    public void No_single_move_makes_loads_more_even(string name)
    {
        foreach (var (group, seed) in Groups(equal: false, racks: null))
        {
            AssertEven(group.Members, group.Assign(Of(name)), seed);
        }
    }

    [Theory]
    [MemberData(nameof(Sticky))]
    public void Assigning_again_moves_nothing(string name)
    {
        foreach (var (group, seed) in Groups(equal: null, racks: false))
        {
            var first = group.Assign(Of(name));

            AssertSame(first, Of(name).Assign(Owning(group.Members, first), group.Topics), seed);
        }
    }

    [Theory]
    [MemberData(nameof(Sticky))]
    public void Assigning_again_moves_only_what_comes_nearer(string name)
    {
        foreach (var (group, seed) in Groups(equal: true, racks: true))
        {
            var first = group.Assign(Of(name));
            var second = Of(name).Assign(Owning(group.Members, first), group.Topics);

            Assert.True(Near(group, second) >= Near(group, first), $"seed {seed}");
            if (Near(group, second) == Near(group, first))
            {
                AssertSame(first, second, seed);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sticky))]
    public void With_equal_subscriptions_one_who_joins_costs_the_others_just_its_share(string name)
    {
        foreach (var (group, seed) in Groups(equal: true, racks: false))
        {
            var before = group.Assign(Of(name));
            var joined = new GroupMember($"m{seed % 7}-new", group.Members[0].Topics);
            var after = Of(name).Assign([.. Owning(group.Members, before), joined], group.Topics);

            // Those who stay get nothing new, so all that moves goes to the one who joined.
            Assert.All(before, entry => Assert.Empty(after[entry.Key].Except(entry.Value)));
            var (share, extras) = Math.DivRem(before.Values.Sum(list => list.Count), group.Members.Count + 1);
            Assert.InRange(after[joined.MemberId].Count, share, share + Math.Min(1, extras));
        }
    }

    [Theory]
    [MemberData(nameof(Sticky))]
    public void With_equal_subscriptions_one_who_leaves_costs_nobody_anything(string name)
    {
        foreach (var (group, seed) in Groups(equal: true, racks: false).Where(one => one.Group.Members.Count > 1))
        {
            var before = group.Assign(Of(name));
            var gone = group.Members[seed % group.Members.Count];
            var rest = Owning(group.Members, before).Where(member => member.MemberId != gone.MemberId).ToList();

            var after = Of(name).Assign(rest, group.Topics);

            Assert.All(after, entry => Assert.Empty(before[entry.Key].Except(entry.Value)));
        }
    }

    /// <summary>No exchange, and no return to the previous owner, could save a move at the same loads.</summary>
    [Theory]
    [MemberData(nameof(Sticky))]
    public void With_unequal_subscriptions_no_partition_moves_that_could_have_stayed(string name)
    {
        foreach (var (group, seed) in Groups(equal: false, racks: false))
        {
            var before = group.Assign(Of(name));
            var joined = new GroupMember("new", [group.Topics[0].Name]);
            List<GroupMember> members = [.. Owning(group.Members, before), joined];
            var after = Of(name).Assign(members, group.Topics);

            AssertEven(members, after, seed);
            var previous = Owners(before);
            var moved = Owners(after)
                .Where(entry => previous.TryGetValue(entry.Key, out var owner) && owner != entry.Value).ToList();
            Assert.All(moved, entry => Assert.True(
                after[previous[entry.Key]].Count >= after[entry.Value].Count, $"seed {seed}: {entry.Key}"));
            Assert.DoesNotContain(moved, one => moved.Any(other =>
                previous[one.Key] == other.Value && previous[other.Key] == one.Value));
        }
    }

    [Fact]
    public void A_handover_in_two_rebalances_never_has_two_owners_and_ends_at_the_goal()
    {
        var assignor = PartitionAssignors.CooperativeSticky;
        foreach (var (group, seed) in Groups(equal: null, racks: false))
        {
            var goal = group.Assign(assignor);
            var first = CooperativeHandover.HoldBack(group.Members, goal);
            Assert.All(group.Members, member => Assert.All(
                group.Members.Where(other => other != member),
                other => Assert.Empty(first[member.MemberId].Except(member.Owned)
                    .Intersect(other.Owned).Except(first[other.MemberId]))));

            var members = Owning(group.Members, first);
            var second = CooperativeHandover.HoldBack(members, assignor.Assign(members, group.Topics));
            AssertSame(assignor.Assign(members, group.Topics), second, seed);
            Assert.Equal(goal.Values.Sum(list => list.Count), second.Values.Sum(list => list.Count));
        }
    }

    private static IEnumerable<(Scenario Group, int Seed)> Groups(bool? equal, bool? racks) =>
        Enumerable.Range(1, Seeds).Select(seed => (Group(new Random(seed), equal, racks), seed));

    private static Scenario Group(Random random, bool? equal, bool? racks)
    {
        var group = new Scenario();
        var withRacks = racks ?? random.Next(2) == 0;
        var sameForAll = equal ?? random.Next(2) == 0;
        var topics = Enumerable.Range(0, random.Next(1, 8)).Select(number => $"t{number}").ToArray();
        foreach (var topic in topics)
        {
            _ = withRacks
                ? group.Topic(topic, random.Next(0, 12), random.Next(1, 3), "abcd"[..random.Next(1, 5)])
                : group.Topic(topic, random.Next(0, 12));
        }

        for (var member = random.Next(1, 12); member > 0; member--)
        {
            string[] mine = sameForAll
                ? [.. topics, "gone"]
                : [.. topics.Where(_ => random.Next(3) > 0).DefaultIfEmpty(topics[0])];
            group.Add(new GroupMember($"m{random.Next(100)}-{member}", mine)
            {
                InstanceId = random.Next(4) == 0 ? $"i{member}" : null,
                RackId = withRacks && random.Next(5) > 0 ? "abcd"[random.Next(4)].ToString() : null,
                Generation = random.Next(3),
                Owned = [.. Enumerable.Range(0, random.Next(8)).Select(_ =>
                    new TopicPartition(topics[random.Next(topics.Length)], random.Next(14))).Distinct()],
            });
        }

        return group;
    }

    private static List<GroupMember> Owning(IEnumerable<GroupMember> members, Answer answer) =>
        [.. members.Select(member => member with { Owned = answer[member.MemberId], Generation = 9 })];

    private static Dictionary<TopicPartition, string> Owners(Answer answer) => answer
        .SelectMany(entry => entry.Value, (entry, partition) => (entry.Key, partition))
        .ToDictionary(pair => pair.partition, pair => pair.Key);

    private static int Near(Scenario group, Answer answer) => group.Members.Sum(member =>
        answer[member.MemberId].Count(partition => member.RackId is null || group.Topics
            .Single(topic => topic.Name == partition.Topic).Racks[partition.Partition].Contains(member.RackId)));

    private static void AssertEven(IReadOnlyCollection<GroupMember> members, Answer answer, int seed)
    {
        foreach (var member in members)
        {
            foreach (var partition in answer[member.MemberId])
            {
                Assert.All(members.Where(other => other.Topics.Contains(partition.Topic)), other => Assert.True(
                    answer[other.MemberId].Count >= answer[member.MemberId].Count - 1, $"seed {seed}: {partition}"));
            }
        }
    }

    private static void AssertSame(Answer expected, Answer actual, int seed) => Assert.True(
        expected.Count == actual.Count && expected.All(entry =>
            entry.Value.ToHashSet().SetEquals(actual[entry.Key])),
        $"seed {seed}");
}
