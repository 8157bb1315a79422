using System.Collections.Immutable;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Catalogue;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Configuration;
using ActorBroker.Records;
using ActorBroker.Storage;
using ActorBroker.Storage.Simulation;

namespace ActorBroker.Broker.Tests.Cluster;

/// <summary>Three whole brokers: start, change, death and return.</summary>
public sealed class ClusterTests
{
    private static readonly int[][] OnAll = [[1, 2, 3]];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Brokers_know_each_other_and_agree_on_the_controller()
    {
        await using var cluster = await TestCluster.StartedAsync(3);

        Assert.All(cluster.Nodes, node => Assert.Equal(1, node.Cluster.ControllerId));
        Assert.All(cluster.Nodes, node => Assert.Equal([1, 2, 3], node.Cluster.Registered.Keys));
        Assert.Equal(3, cluster[1].Cluster.Registered.Values.Select(broker => broker.Epoch).Distinct().Count());
    }

    [Fact]
    public async Task A_topic_made_at_any_broker_is_held_by_all_and_replicates()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 3, OnAll, ("min.insync.replicas", "2"));

        await cluster.MustProduceAsync("a", "b");

        for (var id = 1; id <= 3; id++)
        {
            await cluster.HoldsAsync(id, "a", "b");
        }
    }

    [Fact]
    public async Task A_setting_changed_at_one_broker_is_in_force_at_all()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, OnAll);

        await cluster[2].Configs.AlterTopicAsync(
            TestCluster.Topic, [new ConfigChange("max.message.bytes", ConfigOperation.Set, "4321")], false, false,
            Cancel);
        await cluster[3].Configs.AlterBrokerAsync(
            null, [new ConfigChange("log.retention.ms", ConfigOperation.Set, "7777")], false, false, Cancel);

        await Support.Until.TrueAsync(() => cluster.Nodes.All(node =>
            node.Config.Get(BrokerKeys.LogRetentionMs) == 7777 &&
            cluster.Replica(node.BrokerId).Config.MaxMessageBytes == 4321));
    }

    [Fact]
    public async Task Two_brokers_that_change_one_topic_at_once_lose_no_change()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, OnAll);
        string[] names = ["retention.ms", "segment.ms", "flush.ms", "delete.retention.ms", "min.compaction.lag.ms"];

        var results = await Task.WhenAll(names.Index().Select(each =>
            cluster[(each.Index % 3) + 1].Configs.AlterTopicAsync(
                TestCluster.Topic, [new ConfigChange(each.Item, ConfigOperation.Set, "99999")], false, false, Cancel)));

        Assert.All(results, result => Assert.Equal(ErrorCode.None, result.Error));
        await cluster.AllKnowAsync(image => image.TopicsByName[TestCluster.Topic].Configs.Count == names.Length);
    }

    [Fact]
    public async Task The_death_of_the_leader_loses_nothing_and_it_comes_back_in_sync()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, OnAll, ("min.insync.replicas", "2"));
        await cluster.MustProduceAsync("a");
        var epoch = cluster[2].Cluster.Registered[1].Epoch;

        await cluster.CrashAsync(1);
        await cluster.AllKnowAsync(state => state.Leader is 2 or 3);
        await cluster.MustProduceAsync("b");
        await cluster.StartAsync(1);

        await cluster.AllKnowAsync(state => state.InSync.Length == 3);
        Assert.True(cluster[1].Cluster.Registered[1].Epoch > epoch);
        await cluster.HoldsAsync(1, "a", "b");
    }

    [Fact]
    public async Task A_leader_is_elected_also_where_the_catalogue_could_not_be_written_at_first()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, [[3, 1, 2]]);
        var failures = 0;
        cluster.FailsToWrite = (_, _) => Interlocked.Increment(ref failures) <= 2;

        await cluster.CrashAsync(3);

        // Nothing changes any more that could remind the controller of what it owes.
        await cluster.AllKnowAsync(state => state.Leader == 1);
        Assert.True(failures > 2);
    }

    [Fact]
    public async Task A_document_that_can_not_be_applied_is_tried_again_and_holds_no_other_up()
    {
        await using var cluster = await TestCluster.StartedAsync(2);
        var (isBroken, failures) = (true, 0);
        cluster.FailsToRead = (broker, key) => broker == 2 && Volatile.Read(ref isBroken) &&
            key == ClusterCatalogue.TopicKey("broken") && Interlocked.Increment(ref failures) > 0;

        var created = await cluster[1].Topics.CreateAsync([NewTopic("broken"), NewTopic("sound")], false, Cancel);

        Assert.All(created, topic => Assert.Equal(ErrorCode.None, topic.Error));
        await cluster[2].WaitForAsync(image => image.TopicsByName.ContainsKey("sound"), Cancel);
        await Support.Until.TrueAsync(() => Volatile.Read(ref failures) > 3);
        Assert.False(cluster[2].Cluster.TopicsByName.ContainsKey("broken"));
        Volatile.Write(ref isBroken, false);
        await cluster[2].WaitForAsync(image => image.TopicsByName.ContainsKey("broken"), Cancel);
        Assert.True(cluster[2].TryGetPartition("broken", 0, out _));
    }

    [Fact]
    public async Task A_stop_hands_the_leaderships_over_first()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, OnAll);
        await cluster.MustProduceAsync("a");

        await cluster[1].PrepareStopAsync(Cancel);

        Assert.NotEqual(1, cluster[1].Cluster.TopicsByName[TestCluster.Topic].Partitions[0].Leader);
        await cluster.StopAsync(1);
        await cluster.MustProduceAsync("b");
        await cluster.StartAsync(1);
        await cluster.AllKnowAsync(state => state.InSync.Contains(1));
        await cluster.HoldsAsync(1, "a", "b");
    }

    [Fact]
    public async Task All_brokers_start_again_and_nothing_is_lost()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, OnAll);
        await cluster.MustProduceAsync("a");
        foreach (var id in new[] { 1, 2, 3 })
        {
            await cluster.CrashAsync(id);
        }

        foreach (var id in new[] { 3, 1, 2 })
        {
            await cluster.StartAsync(id);
        }

        await cluster.AllKnowAsync(state => state.InSync.Length == 3);
        await cluster.MustProduceAsync("b");
        await cluster.HoldsAsync(2, "a", "b");
    }

    [Fact]
    public async Task A_partition_moves_to_another_broker_and_leaves_no_folder_behind()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, [[1, 2]], ("file.delete.delay.ms", "0"));
        await cluster.MustProduceAsync("a");
        var partition = new TopicPartition(TestCluster.Topic, 0);

        var outcome = Assert.Single(await cluster[2].ClusterAdmin.ReassignAsync(
            [new Reassignment(partition, [3, 2])], mayChangeFactor: false, Cancel));

        Assert.Equal((ErrorCode.None, null), (outcome.Error, outcome.Message));
        await cluster.AllKnowAsync(state => !state.IsReassigning && state.Replicas.AsSpan().SequenceEqual([3, 2]));
        await cluster.MustProduceAsync("b");
        await cluster.HoldsAsync(3, "a", "b");
        await Support.Until.TrueAsync(() => !cluster.HasFolder(1));
        Assert.Empty(cluster[1].ClusterAdmin.ListReassignments(null));
    }

    [Fact]
    public async Task A_replica_that_old_news_take_away_is_kept_where_it_is_one_again()
    {
        await using var cluster = await TestCluster.StartedAsync(2);
        await cluster.CreateTopicAsync(at: 1, [[1, 2]]);
        await cluster.MustProduceAsync("a", "b");
        await cluster.HoldsAsync(2, "a", "b");
        var before = cluster.Replica(2);
        var known = cluster[2].Cluster.TopicsByName[TestCluster.Topic];
        var state = known.Partitions[0];

        // The catalogue is two changes further on by the time broker 2 hears of the one that takes its replica away.
        cluster.CatalogueOf(2).ReadOld(DocumentOf(known, known.Version));
        foreach (var bytes in new[] { "4321", "4322" })
        {
            await cluster[1].Configs.AlterTopicAsync(
                TestCluster.Topic, [new ConfigChange("max.message.bytes", ConfigOperation.Set, bytes)], false, false,
                Cancel);
        }

        var gone = known.With(0, state with { Replicas = [1], InSync = [1], InSyncEpochs = [state.InSyncEpochs[0]] });
        cluster.CatalogueOf(2).ReadOld(DocumentOf(gone, known.Version + 1));

        await Support.Until.TrueAsync(() => cluster[2].TryGetPartition(TestCluster.Topic, 0, out var now) &&
            now != before && now.Config.MaxMessageBytes == 4322 && now.LogEndOffset == 2);
        await cluster.MustProduceAsync("c");
        await cluster.HoldsAsync(2, "a", "b", "c");
    }

    /// <summary>The topic's document as a catalogue stores it, in that version.</summary>
    private static CatalogueDocument DocumentOf(TopicDocument topic, long version)
    {
        var scratch = FileCatalogue.Open(new MemoryFileSystem(), "/scratch");
        Assert.True(new ClusterCatalogue(scratch).TryWriteTopic(topic with { Version = 1 }));
        return scratch.Read(ClusterCatalogue.TopicKey(topic.Name))! with { Version = version };
    }

    [Fact]
    public async Task A_drained_broker_gives_its_leaderships_away_and_gets_them_back_when_asked_for()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, OnAll);

        Assert.Equal(ErrorCode.None, (await cluster[3].ClusterAdmin.DrainAsync(1, true, Cancel)).Error);
        await cluster.AllKnowAsync(state => state.Leader != 1);
        Assert.Equal(ErrorCode.None, (await cluster[3].ClusterAdmin.DrainAsync(1, false, Cancel)).Error);
        await cluster.AllKnowAsync(state => state.InSync.Length == 3);
        await cluster.AllKnowAsync(image => !image.Registered[1].IsDraining);
        var elected = await cluster[2].ClusterAdmin.ElectLeadersAsync(
            ElectionKind.Preferred, [new TopicPartition(TestCluster.Topic, 0)], Cancel);

        Assert.Equal(ErrorCode.None, Assert.Single(elected).Error);
        await cluster.AllKnowAsync(state => state.Leader == 1);
        var again = await cluster[2].ClusterAdmin.ElectLeadersAsync(
            ElectionKind.Preferred, [new TopicPartition(TestCluster.Topic, 0)], Cancel);
        Assert.Equal(ErrorCode.ElectionNotNeeded, Assert.Single(again).Error);
    }

    [Fact]
    public async Task Only_a_dead_broker_is_unregistered()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, OnAll);

        Assert.Equal(ErrorCode.InvalidRequest, (await cluster[1].ClusterAdmin.UnregisterAsync(3, Cancel)).Error);
        await cluster.CrashAsync(3);
        Assert.Equal(ErrorCode.None, (await cluster[1].ClusterAdmin.UnregisterAsync(3, Cancel)).Error);
        Assert.Equal(
            ErrorCode.BrokerIdNotRegistered, (await cluster[1].ClusterAdmin.UnregisterAsync(3, Cancel)).Error);

        await cluster.AllKnowAsync(image => !image.Registered.ContainsKey(3));
        await cluster.AllKnowAsync(state => !state.InSync.Contains(3));
        Assert.Equal([1, 2], cluster[2].ClusterAdmin.DescribeQuorum().Members.Select(member => member.BrokerId));
    }

    [Fact]
    public async Task A_deleted_topic_goes_everywhere_also_where_a_broker_slept_through_it()
    {
        await using var cluster = await TestCluster.StartedAsync(3);
        await cluster.CreateTopicAsync(at: 1, OnAll);
        await cluster.CrashAsync(3);

        var deleted = await cluster[2].Topics.DeleteAsync([new TopicRef(TestCluster.Topic, Guid.Empty)], Cancel);

        Assert.Equal(ErrorCode.None, Assert.Single(deleted).Error);
        await cluster.AllKnowAsync(image => !image.TopicsByName.ContainsKey(TestCluster.Topic));
        Assert.True(cluster.HasFolder(3));
        await cluster.StartAsync(3);
        Assert.False(cluster.HasFolder(3));
    }

    [Fact]
    public async Task An_id_that_is_running_and_a_folder_of_another_cluster_are_refused()
    {
        await using var cluster = await TestCluster.StartedAsync(1);
        await using var other = await TestCluster.StartedAsync(1);

        var running = await Assert.ThrowsAsync<CatalogueException>(
            () => cluster.NewNodeAsync(1, new MemoryFileSystem()));
        var disk = new MemoryFileSystem();
        await (await other.NewNodeAsync(2, disk)).StopAsync(Cancel);
        var foreign = await Assert.ThrowsAsync<LogDirectoryException>(() => cluster.NewNodeAsync(2, disk));

        Assert.Contains("broker.id", running.Message, StringComparison.Ordinal);
        Assert.Contains(other[1].ClusterId, foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Producer_ids_of_different_brokers_never_meet()
    {
        await using var cluster = await TestCluster.StartedAsync(3);

        var ids = await Task.WhenAll(Enumerable.Range(0, 90)
            .Select(at => cluster[(at % 3) + 1].ProducerIds.NextAsync(Cancel).AsTask()));

        Assert.Equal(90, ids.Distinct().Count());
    }

    private static NewTopic NewTopic(string name) =>
        new(name, 1, 2, null, ImmutableDictionary<string, string?>.Empty);
}
