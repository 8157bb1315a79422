using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;

namespace ActorBroker.Core.Tests.Catalogue;

public class TopicDocumentsTests
{
    private static readonly TopicDocument Topic = TopicDocuments.Create(
        "orders",
        new Guid(1, 2, 3, new byte[8]),
        [[1, 2, 3], [2, 3, 1]],
        ImmutableSortedDictionary<string, string>.Empty.Add("retention.ms", "5"));

    [Fact]
    public void A_new_topics_replicas_are_in_sync_and_the_first_one_leads()
    {
        Assert.Equal(1, Topic.Version);
        Assert.Equal([1, 2], Topic.Partitions.Select(p => p.Leader));
        Assert.All(Topic.Partitions, p =>
        {
            Assert.Equal(p.Replicas, p.InSync);
            Assert.Equal(0, p.LeaderEpoch);
            Assert.Empty(p.EligibleLeaders);
        });
    }

    [Fact]
    public void Growth_adds_partitions_and_leaves_the_present_ones_alone()
    {
        var grown = Topic.Grow([[3, 1, 2]]);

        Assert.Equal(2, grown.Version);
        Assert.Equal(Topic.Partitions, grown.Partitions[..2]);
        Assert.Equal(3, grown.Partitions[2].Leader);
    }

    [Fact]
    public void A_new_leader_begins_the_next_epoch_even_where_it_is_the_old_one()
    {
        var other = Topic.WithLeader(partition: 0, leader: 2, [2, 3]);
        var again = other.WithLeader(partition: 0, leader: 2, [2, 3]);
        var none = again.WithLeader(partition: 0, leader: -1, [2]);

        Assert.Equal((2, 1), (other.Partitions[0].Leader, other.Partitions[0].LeaderEpoch));
        Assert.Equal((2, 2), (again.Partitions[0].Leader, again.Partitions[0].LeaderEpoch));
        Assert.Equal((-1, 3), (none.Partitions[0].Leader, none.Partitions[0].LeaderEpoch));
        Assert.Equal(4, none.Version);
        Assert.Equal(Topic.Partitions[1], none.Partitions[1]);
    }

    [Fact]
    public void The_in_sync_set_changes_within_its_epoch()
    {
        var shrunk = Topic.WithInSync(partition: 1, [2, 1]);

        Assert.Equal([2, 1], shrunk.Partitions[1].InSync);
        Assert.Equal(0, shrunk.Partitions[1].LeaderEpoch);
        Assert.Equal(2, shrunk.Version);
    }

    [Fact]
    public void Nobody_leads_or_is_in_sync_who_is_no_replica()
    {
        Assert.Throws<InvariantViolationException>(() => Topic.WithLeader(0, leader: 9, [9]));
        Assert.Throws<InvariantViolationException>(() => Topic.WithLeader(0, leader: 2, [3]));
        Assert.Throws<InvariantViolationException>(() => Topic.WithInSync(0, [2, 3]));
        Assert.Throws<InvariantViolationException>(() => Topic.WithInSync(0, [1, 9]));
    }

    [Fact]
    public void Configs_are_set_and_deleted_one_by_one()
    {
        var configs = ConfigEdits.Set(Topic.Configs, "segment.bytes", "100");
        configs = ConfigEdits.Delete(configs, "retention.ms");
        configs = ConfigEdits.Delete(configs, "never.set");

        var changed = Topic.WithConfigs(configs);

        Assert.Equal([KeyValuePair.Create("segment.bytes", "100")], changed.Configs);
        Assert.Equal(2, changed.Version);
        Assert.Equal("5", Topic.Configs["retention.ms"]);
    }

    [Fact]
    public void Lists_grow_and_shrink_from_what_is_set_or_inherited()
    {
        var none = ImmutableSortedDictionary<string, string>.Empty;

        var appended = ConfigEdits.Append(none, "cleanup.policy", "compact", inherited: "delete");
        Assert.Equal("delete,compact", appended["cleanup.policy"]);
        Assert.Equal(
            "delete,compact", ConfigEdits.Append(appended, "cleanup.policy", " compact ,", "x")["cleanup.policy"]);
        Assert.Equal("compact", ConfigEdits.Subtract(appended, "cleanup.policy", "delete", "x")["cleanup.policy"]);
        Assert.Equal("", ConfigEdits.Subtract(none, "cleanup.policy", "delete", "delete")["cleanup.policy"]);
    }
}
