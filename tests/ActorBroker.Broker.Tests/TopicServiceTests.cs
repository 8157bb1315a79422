using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ActorBroker.Broker.Admin;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests;

public sealed class TopicServiceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_created_topic_is_there_after_a_restart_with_its_id_and_configs()
    {
        await using var broker = await TestBroker.StartedAsync();
        var created = await CreateAsync(broker, New("events", 3, ("retention.ms", "1000"), ("segment.ms", null)));
        Assert.NotEqual(Guid.Empty, created.Id);

        await broker.RestartAsync();

        var topic = broker.Node.Cluster.TopicsByName["events"];
        Assert.Equal(created.Id, topic.Id);
        Assert.Equal(3, topic.Partitions.Length);
        Assert.Equal(KeyValuePair.Create("retention.ms", "1000"), Assert.Single(topic.Configs));
        Assert.True(broker.Node.TryGetPartition(created.Id, 2, out var partition));
        Assert.Equal(1000, partition.Config.RetentionMs);
    }

    [Theory]
    [InlineData("", ErrorCode.InvalidTopicException)]
    [InlineData("..", ErrorCode.InvalidTopicException)]
    [InlineData("a b", ErrorCode.InvalidTopicException)]
    [InlineData("a_b", ErrorCode.InvalidTopicException)]
    [InlineData("__cluster_metadata", ErrorCode.InvalidRequest)]
    [InlineData("a.b", ErrorCode.TopicAlreadyExists)]
    public async Task Names_follow_the_rules(string name, ErrorCode error)
    {
        await using var broker = await TestBroker.StartedAsync();
        await CreateAsync(broker, New("a.b", 1));

        var result = await CreateAsync(broker, New(name, 1));

        Assert.Equal(error, result.Error);
        Assert.NotNull(result.Message);
    }

    [Theory]
    [InlineData(0, 1, ErrorCode.InvalidPartitions)]
    [InlineData(-2, 1, ErrorCode.InvalidPartitions)]
    [InlineData(1, 0, ErrorCode.InvalidReplicationFactor)]
    [InlineData(1, 2, ErrorCode.InvalidReplicationFactor)]
    [InlineData(-1, -1, ErrorCode.None)]
    public async Task Numbers_follow_the_rules(int partitions, int factor, ErrorCode error)
    {
        await using var broker = await TestBroker.StartedAsync(("num.partitions", "4"));

        var result = await CreateAsync(broker, New("events", partitions) with { ReplicationFactor = factor });

        Assert.Equal(error, result.Error);
        Assert.Equal(error == ErrorCode.None ? 4 : null, result.Document?.Partitions.Length);
    }

    [Fact]
    public async Task Assignments_are_taken_as_given_or_refused()
    {
        await using var broker = await TestBroker.StartedAsync();
        var topic = New("events", -1) with { ReplicationFactor = -1 };

        Assert.Equal(ErrorCode.InvalidReplicaAssignment, (await CreateAsync(broker, Assigned((0, [9])))).Error);
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, (await CreateAsync(broker, Assigned((1, [1])))).Error);
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, (await CreateAsync(broker, Assigned((0, [1, 1])))).Error);
        Assert.Equal(
            ErrorCode.InvalidRequest, (await CreateAsync(broker, Assigned((0, [1])) with { Partitions = 1 })).Error);
        Assert.Equal(ErrorCode.None, (await CreateAsync(broker, Assigned((0, [1]), (1, [1])))).Error);

        NewTopic Assigned(params (int Partition, int[] Replicas)[] replicas) => topic with
        {
            Assignments = replicas.ToDictionary(entry => entry.Partition, entry => entry.Replicas),
        };
    }

    [Fact]
    public async Task A_bad_config_refuses_the_topic_and_leaves_nothing_behind()
    {
        await using var broker = await TestBroker.StartedAsync();

        var result = await CreateAsync(broker, New("events", 1, ("retention.ms", "soon")));

        Assert.Equal(ErrorCode.InvalidConfig, result.Error);
        Assert.Empty(broker.Node.Cluster.TopicsByName);
        Assert.False(broker.Disk.DirectoryExists("/data/events-0"));
    }

    [Fact]
    public async Task Naming_a_topic_twice_in_a_request_refuses_both()
    {
        await using var broker = await TestBroker.StartedAsync();

        var results = await broker.Node.Topics.CreateAsync([New("a", 1), New("b", 1), New("a", 2)], false, Cancel);

        Assert.Equal(
            [ErrorCode.InvalidRequest, ErrorCode.None, ErrorCode.InvalidRequest],
            results.Select(result => result.Error));
    }

    [Fact]
    public async Task Validating_only_checks_all_and_changes_nothing()
    {
        await using var broker = await TestBroker.StartedAsync();

        var result = Assert.Single(await broker.Node.Topics.CreateAsync([New("events", 2)], true, Cancel));

        Assert.Equal((ErrorCode.None, 2), (result.Error, result.Document!.Partitions.Length));
        Assert.Empty(broker.Node.Cluster.TopicsByName);
    }

    [Fact]
    public async Task A_topic_grows_and_keeps_what_it_has()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.MustProduceAsync(await broker.CreateTopicAsync(), "a");

        var grown = await GrowAsync(broker, new TopicGrowth("events", 3, null));
        var shrunk = await GrowAsync(broker, new TopicGrowth("events", 3, null));
        var unknown = await GrowAsync(broker, new TopicGrowth("others", 3, null));

        Assert.Equal(ErrorCode.None, grown.Error);
        Assert.Equal(ErrorCode.InvalidPartitions, shrunk.Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, unknown.Error);
        await broker.MustProduceAsync(broker.Find("events", 2), "b");
        await broker.RestartAsync();
        Assert.Equal(["a"], broker.Find().ReadAll());
        Assert.Equal(["b"], broker.Find("events", 2).ReadAll());
    }

    [Fact]
    public async Task A_deleted_topic_is_gone_at_once_and_its_folder_after_the_delay()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a");

        var deleted = await DeleteAsync(broker, new TopicRef("events", Guid.Empty));

        Assert.Equal((ErrorCode.None, partition.TopicId), (deleted.Error, deleted.Id));
        Assert.False(broker.Node.TryGetPartition("events", 0, out _));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await broker.ProduceAsync(partition, 1, "x")).Error);
        Assert.Single(Folders(broker), folder => folder.EndsWith("-delete", StringComparison.Ordinal));
        broker.Time.Advance(TimeSpan.FromMinutes(2));
        await broker.Node.Housekeeping.RemoveFilesAsync(Cancel);
        Assert.DoesNotContain(Folders(broker), folder => folder.StartsWith("events", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_of_the_same_name_starts_anew()
    {
        await using var broker = await TestBroker.StartedAsync();
        var old = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(old, "old");
        await DeleteAsync(broker, new TopicRef(null, old.TopicId));

        var again = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(again, "new");
        await broker.RestartAsync();

        Assert.NotEqual(old.TopicId, again.TopicId);
        Assert.Equal(["new"], broker.Find().ReadAll());
    }

    [Fact]
    public async Task A_topic_of_the_same_name_takes_over_nothing_that_was_known_of_the_deleted_one()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.MustProduceAsync(await broker.CreateTopicAsync(), "a", "b", "c");
        Assert.Equal(2, (await broker.Find().DeleteRecordsAsync(2)).LowWatermark);
        await broker.RestartAsync();
        Assert.Equal((2, 3), (broker.Find().LogStartOffset, broker.Find().HighWatermark));
        Assert.Equal([2, 3, 3], Checkpointed(broker));

        await DeleteAsync(broker, new TopicRef("events", Guid.Empty));
        var again = await broker.CreateTopicAsync();

        Assert.Equal((0, 0), (again.LogStartOffset, again.HighWatermark));
        Assert.Empty(Checkpointed(broker));
        await broker.MustProduceAsync(again, "new");
        await broker.KillAsync();
        Assert.Equal((0, 1), (broker.Find().LogStartOffset, broker.Find().LogEndOffset));
        Assert.Equal(["new"], broker.Find().ReadAll());
    }

    [Fact]
    public async Task Deleting_needs_a_known_topic_named_in_one_way()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await DeleteAsync(broker, new("none", Guid.Empty))).Error);
        Assert.Equal(ErrorCode.UnknownTopicId, (await DeleteAsync(broker, new(null, Guid.NewGuid()))).Error);
        Assert.Equal(ErrorCode.InvalidRequest, (await DeleteAsync(broker, new("events", partition.TopicId))).Error);
        Assert.Equal(ErrorCode.InvalidRequest, (await DeleteAsync(broker, new(null, Guid.Empty))).Error);
    }

    [Fact]
    public async Task Deletion_can_be_switched_off()
    {
        await using var broker = await TestBroker.StartedAsync(("delete.topic.enable", "false"));
        await broker.CreateTopicAsync();

        Assert.Equal(ErrorCode.TopicDeletionDisabled, (await DeleteAsync(broker, new("events", Guid.Empty))).Error);
        Assert.True(broker.Node.TryGetPartition("events", 0, out _));
    }

    [Fact]
    public async Task A_client_that_asks_for_a_topic_gets_it_once()
    {
        await using var broker = await TestBroker.StartedAsync(("num.partitions", "2"));

        var results = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => broker.Node.Topics.AutoCreateAsync("auto", Cancel)));

        Assert.All(results, result => Assert.Equal(ErrorCode.None, result.Error));
        Assert.Single(results.Select(result => result.Id).Distinct());
        Assert.Equal(2, broker.Node.Cluster.TopicsByName["auto"].Partitions.Length);
    }

    [Fact]
    public async Task Automatic_creation_obeys_its_switch_and_the_names()
    {
        await using var broker = await TestBroker.StartedAsync();
        Assert.Equal(ErrorCode.InvalidTopicException, (await broker.Node.Topics.AutoCreateAsync("a b", Cancel)).Error);

        broker.Set("auto.create.topics.enable", "false");
        await broker.RestartAsync();

        var refused = await broker.Node.Topics.AutoCreateAsync("auto", Cancel);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, refused.Error);
    }

    [Fact]
    public async Task A_creation_that_a_crash_cut_short_after_the_catalogue_is_finished_by_the_start()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.CreateTopicAsync();
        await broker.Node.StopAsync(Cancel);
        broker.Disk.DeleteDirectory("/data/events-0");

        await broker.StartAsync();

        Assert.Equal(0, await broker.MustProduceAsync(broker.Find(), "a"));
    }

    [Fact]
    public async Task A_deletion_that_a_crash_cut_short_after_the_catalogue_is_finished_by_the_start()
    {
        await using var broker = await TestBroker.StartedAsync();
        var partition = await broker.CreateTopicAsync();
        await broker.MustProduceAsync(partition, "a");
        var catalogue = Catalogue.FileCatalogue.Open(broker.Disk, TestBroker.Root);
        var document = broker.Node.Cluster.TopicsByName["events"];
        Assert.True(new Catalogue.ClusterCatalogue(catalogue).TryDeleteTopic(document));

        await broker.KillAsync();

        Assert.False(broker.Node.TryGetPartition("events", 0, out _));
        Assert.DoesNotContain(Folders(broker), folder => folder.StartsWith("events", StringComparison.Ordinal));
        Assert.Empty(broker.Disk.ListFiles("/data/catalogue/deletions"));
    }

    [Fact]
    public async Task A_folder_that_no_topic_owns_is_set_aside_and_never_removed()
    {
        await using var broker = await TestBroker.StartedAsync();
        await broker.MustProduceAsync(await broker.CreateTopicAsync(), "a");
        await broker.Node.StopAsync(Cancel);
        broker.Disk.DeleteFile("/data/catalogue/topics/events.json");

        await broker.StartAsync();

        var stray = Assert.Single(Folders(broker), folder => folder.StartsWith("events-0.", StringComparison.Ordinal));
        Assert.EndsWith("-stray", stray, StringComparison.Ordinal);
        Assert.NotEmpty(broker.Disk.ListFiles($"/data/{stray}"));
    }

    [Fact]
    public async Task A_new_partition_goes_to_the_directory_with_the_fewest()
    {
        await using var broker = await TestBroker.StartedAsync(("log.dirs", "/data,/more"));
        await CreateAsync(broker, New("events", 6));

        var directories = broker.Node.DescribeLogDirs();

        Assert.Equal([("/data", 3), ("/more", 3)], directories.Select(dir => (dir.Path, dir.Partitions.Count)));
        await broker.RestartAsync();
        Assert.Equal(directories.Select(Held), broker.Node.DescribeLogDirs().Select(Held));

        static HashSet<TopicPartition> Held(LogDirDescription directory) =>
            [.. directory.Partitions.Select(replica => replica.Partition)];
    }

    [Fact]
    public async Task A_full_disk_refuses_a_new_topic_and_nothing_is_left_of_it()
    {
        await using var broker = await TestBroker.StartedAsync();
        broker.Disk.FreeBytes = 0;

        var refused = await CreateAsync(broker, New("events", 1));
        broker.Disk.FreeBytes = null;

        Assert.Equal(ErrorCode.KafkaStorageError, refused.Error);
        Assert.Equal(ErrorCode.None, (await CreateAsync(broker, New("events", 1))).Error);
    }

    private static NewTopic New(string name, int partitions, params (string Name, string? Value)[] configs) => new(
        name, partitions, 1, null, configs.ToImmutableDictionary(config => config.Name, config => config.Value));

    private static async Task<TopicResult> CreateAsync(TestBroker broker, NewTopic topic) =>
        Assert.Single(await broker.Node.Topics.CreateAsync([topic], false, Cancel));

    private static async Task<TopicResult> GrowAsync(TestBroker broker, TopicGrowth growth) =>
        Assert.Single(await broker.Node.Topics.GrowAsync([growth], false, Cancel));

    private static async Task<TopicResult> DeleteAsync(TestBroker broker, TopicRef topic) =>
        Assert.Single(await broker.Node.Topics.DeleteAsync([topic], Cancel));

    /// <summary>What the checkpoints on the disk say of the topic's partition, in ascending order.</summary>
    private static List<long> Checkpointed(TestBroker broker) =>
    [
        .. broker.Disk.ListFiles(TestBroker.Root).Where(file => file.EndsWith("-checkpoint", StringComparison.Ordinal))
            .Select(file => Encoding.UTF8.GetString(broker.Disk.ReadAllBytes($"{TestBroker.Root}/{file}")))
            .SelectMany(content => content.Split('\n'))
            .Where(row => row.StartsWith("events 0 ", StringComparison.Ordinal))
            .Select(row => long.Parse(row.Split(' ')[2], CultureInfo.InvariantCulture)).Order(),
    ];

    private static List<string> Folders(TestBroker broker) => [.. broker.Disk.ListDirectories(TestBroker.Root)];
}
