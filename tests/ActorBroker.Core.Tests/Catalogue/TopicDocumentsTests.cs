using System.Collections.Immutable;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Tests.Cluster;

namespace ActorBroker.Core.Tests.Catalogue;

public class TopicDocumentsTests
{
    private static readonly TopicDocument Topic = TopicDocuments.Create(
        "orders",
        new Guid(1, 2, 3, new byte[8]),
        [[1, 2, 3], [2, 3, 1]],
        ImmutableSortedDictionary<string, string>.Empty.Add("retention.ms", "5"),
        Views.Live(1, 2, 3));

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
        var grown = Topic.Grow([[3, 1, 2]], Views.Live(1, 2, 3));

        Assert.Equal(2, grown.Version);
        Assert.Equal(Topic.Partitions, grown.Partitions[..2]);
        Assert.Equal(3, grown.Partitions[2].Leader);
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
