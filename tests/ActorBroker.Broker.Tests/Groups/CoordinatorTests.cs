using ActorBroker.Broker.Groups;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Topics;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Groups;

public sealed class CoordinatorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_offsets_topic_is_made_when_a_coordinator_is_first_asked_for()
    {
        await using var broker = await TestBroker.StartedAsync(("offsets.topic.num.partitions", "7"));
        await broker.CreateTopicAsync();
        Assert.Equal(ErrorCode.NotCoordinator, await broker.CommitAsync("g", 1));
        Assert.DoesNotContain(TopicNames.ConsumerOffsets, broker.Node.Cluster.TopicsByName.Keys);

        await broker.FindAsync("g");

        var topic = broker.Node.Cluster.TopicsByName[TopicNames.ConsumerOffsets];
        Assert.Equal(7, topic.Partitions.Length);
        Assert.All(topic.Partitions, partition => Assert.Equal([broker.Node.BrokerId], partition.Replicas));
        Assert.Equal(
            ["cleanup.policy=compact", "compression.type=producer", "segment.bytes=104857600"],
            topic.Configs.Select(config => $"{config.Key}={config.Value}"));
        Assert.Equal(ErrorCode.None, await broker.CommitAsync("g", 1));
    }

    [Fact]
    public async Task A_metadata_request_that_creates_the_offsets_topic_makes_it_as_the_coordinator_would()
    {
        await using var broker = await TestBroker.StartedAsync(("offsets.topic.num.partitions", "7"));
        var result = await broker.Node.Topics.AutoCreateAsync(TopicNames.ConsumerOffsets, Cancel);
        Assert.Equal(7, result.Document!.Partitions.Length);
        Assert.Equal("compact", result.Document.Configs["cleanup.policy"]);
    }

    [Fact]
    public async Task Many_who_ask_for_a_coordinator_at_once_make_one_topic()
    {
        await using var broker = await TestBroker.StartedAsync();
        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            number => Task.Run(() => broker.Node.Groups.FindAsync($"g{number}", Cancel))));
        Assert.All(found, location => Assert.Equal(ErrorCode.None, location.Error));
    }

    [Fact]
    public async Task A_group_without_a_name_is_refused_by_everything_but_offsets()
    {
        await using var broker = await StartedAsync();
        Assert.Equal(ErrorCode.None, await broker.CommitAsync("", 5));
        Assert.Equal(5, await broker.CommittedAsync(""));
        Assert.Equal(
            ErrorCode.InvalidGroupId,
            await broker.Node.Groups.HeartbeatAsync(new HeartbeatCommand("", new MemberName("m", null), 1)));
    }

    [Fact]
    public async Task What_is_stored_is_read_by_an_independent_reader_of_kafkas_format()
    {
        await using var broker = await StartedAsync();
        await broker.MustCommitAsync("g", 5);
        Assert.Equal(
            ErrorCode.None,
            Assert.Single(await broker.Node.Groups.CommitAsync(GroupClients.Simple("g", "events", 42, "notiz é"))));

        var stored = StoredOffsets.Read(broker.LogOf("g"));

        Assert.Equal(
            new StoredOffsets.Stored(42, 3, "notiz é", broker.Time.NowMs), stored.Offsets[("g", "events", 0)]);
        Assert.Equal([("g", 5), ("g", 42)], stored.History);
        await broker.Node.Groups.DeleteGroupAsync("g");
        Assert.Null(StoredOffsets.Read(broker.LogOf("g")).Offsets[("g", "events", 0)]);
    }

    [Fact]
    public async Task Requests_that_come_together_are_stored_together()
    {
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "1"));
        await broker.MustCommitAsync("g", 0);
        var log = broker.LogOf("g");
        using var release = Hold(log);
        var first = broker.CommitAsync("g", 1);
        var commits = Enumerable.Range(0, 200)
            .Select(number => broker.CommitAsync($"g{number}", number)).ToArray();
        var read = broker.CommittedAsync("g7");

        Assert.DoesNotContain(commits, commit => commit.IsCompleted);
        Assert.False(read.IsCompleted);
        release.Set();

        Assert.Equal(ErrorCode.None, await first);
        Assert.All(await Task.WhenAll(commits), error => Assert.Equal(ErrorCode.None, error));
        Assert.Equal(7, await read);
        Assert.InRange(StoredOffsets.Read(log).Batches, 2, 20);
    }

    [Fact]
    public async Task Batches_end_between_requests_and_stay_below_the_limit_of_the_topic()
    {
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "1"));
        await broker.MustCommitAsync("g", 0);
        var log = broker.LogOf("g");
        using var release = Hold(log);
        var note = new string('n', 4000);
        var commits = Enumerable.Range(0, 2000).Select(number =>
            broker.Node.Groups.CommitAsync(GroupClients.Simple($"g{number}", "events", number, note))).ToArray();
        release.Set();

        var errors = await Task.WhenAll(commits);

        Assert.All(errors, error => Assert.Equal(ErrorCode.None, Assert.Single(error)));
        var stored = StoredOffsets.Read(log);
        Assert.Equal(2001, stored.Offsets.Count);
        Assert.InRange(stored.LargestBatch, 4000, log.Config.MaxMessageBytes);
    }

    [Fact]
    public async Task More_requests_than_may_wait_are_told_to_come_again()
    {
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "1"));
        await broker.MustCommitAsync("g", 0);
        using var release = Hold(broker.LogOf("g"));
        var commits = Enumerable.Range(0, GroupShard.WaitingMax + 500)
            .Select(number => broker.CommitAsync($"g{number % 50}", number)).ToArray();
        release.Set();

        var errors = await Task.WhenAll(commits);

        Assert.All(errors, error =>
            Assert.True(error is ErrorCode.None or ErrorCode.CoordinatorNotAvailable));
        Assert.Equal(ErrorCode.None, errors[0]);
        Assert.Contains(ErrorCode.CoordinatorNotAvailable, errors);
        Assert.Equal(ErrorCode.None, await broker.CommitAsync("g", 1));
    }

    [Fact]
    public async Task A_deleted_topic_takes_its_offsets_along_in_every_shard()
    {
        await using var broker = await StartedAsync();
        await broker.CreateTopicAsync("others");
        for (var group = 0; group < 20; group++)
        {
            await broker.MustCommitAsync($"g{group}", 5);
            await broker.MustCommitAsync($"g{group}", 6, "others");
        }

        await broker.Node.Topics.DeleteAsync([new("events", Guid.Empty)], Cancel);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await broker.CommitAsync("g1", 7));
        await broker.CreateTopicAsync();

        for (var group = 0; group < 20; group++)
        {
            Assert.Equal(-1, await broker.CommittedAsync($"g{group}"));
            Assert.Equal(6, await broker.CommittedAsync($"g{group}", "others"));
        }
    }

    [Fact]
    public async Task The_offsets_topic_may_be_deleted_and_comes_back_empty()
    {
        await using var broker = await StartedAsync();
        await broker.MustCommitAsync("g", 5);

        await broker.Node.Topics.DeleteAsync([new(TopicNames.ConsumerOffsets, Guid.Empty)], Cancel);
        Assert.Equal(ErrorCode.NotCoordinator, await broker.CommitAsync("g", 6));
        Assert.Empty((await broker.Node.Groups.ListAsync()).Groups);

        await broker.FindAsync("g");
        Assert.Equal(-1, await broker.CommittedAsync("g"));
        await broker.MustCommitAsync("g", 7);
        Assert.Equal(7, await broker.CommittedAsync("g"));
    }

    [Fact]
    public async Task Offsets_expire_at_their_time_and_stay_expired()
    {
        await using var broker = await StartedAsync(
            ("offsets.retention.minutes", "60"), ("offsets.retention.check.interval.ms", "60000"));
        await broker.MustCommitAsync("g", 5);
        broker.Time.Advance(TimeSpan.FromMinutes(59));
        while (broker.Node.Groups.Meters.Expired == 0)
        {
            Cancel.ThrowIfCancellationRequested();
            await broker.MustCommitAsync("h", 6);
            broker.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(-1, await broker.CommittedAsync("g"));
        Assert.Equal(6, await broker.CommittedAsync("h"));
        Assert.Equal(1, broker.Node.Groups.Meters.Expired);
        await broker.RestartAsync();
        Assert.Equal(-1, await broker.CommittedAsync("g"));
    }

    [Fact]
    public async Task A_parked_join_is_answered_when_the_broker_stops()
    {
        await using var broker = await StartedAsync();
        var join = broker.Node.Groups.JoinAsync(new JoinCommand(
            "g", new MemberName("", null), new GroupClient("c", "/127.0.0.1"), "consumer",
            [new MemberProtocol("range", new byte[] { 0, 0, 0, 0, 0, 0, 255, 255, 255, 255 })], 10_000, 10_000,
            RequiresMemberId: false, SupportsSkipAssignment: false, null));
        await Until.TrueAsync(() => broker.Time.ArmedTimers > 0);
        Assert.False(join.IsCompleted);

        await broker.Node.StopAsync(Cancel);

        Assert.Equal(ErrorCode.NotCoordinator, (await join).Error);
        Assert.Equal(ErrorCode.NotCoordinator, await broker.CommitAsync("g", 1));
    }

    [Fact]
    public async Task Groups_of_all_shards_are_listed()
    {
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "5"));
        for (var group = 0; group < 30; group++)
        {
            await broker.MustCommitAsync($"g{group}", group);
        }

        var listing = await broker.Node.Groups.ListAsync();
        Assert.Equal(ErrorCode.None, listing.Error);
        Assert.Equal(
            Enumerable.Range(0, 30).Select(group => $"g{group}").Order(StringComparer.Ordinal),
            listing.Groups.Select(group => group.GroupId).Order(StringComparer.Ordinal));
        var all = await broker.Node.Groups.FetchOffsetsAsync(
            new FetchOffsetsCommand("g3", null, -1, null, RequireStable: true));
        Assert.Equal(3, Assert.Single(all.Offsets).Committed!.Offset);
    }

    private static async Task<TestBroker> StartedAsync(params (string Name, string Value)[] settings)
    {
        var broker = await TestBroker.StartedAsync([("offsets.topic.num.partitions", "3"), .. settings]);
        await broker.CreateTopicAsync();
        await broker.FindAsync("g");
        return broker;
    }

    /// <summary>Keeps a partition from turns until the event is set.</summary>
    private static ManualResetEventSlim Hold(Broker.Partitions.Partition log)
    {
        var release = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        _ = log.Actor.AskAsync(_ =>
        {
            held.Set();
            return release.Wait(TimeSpan.FromMinutes(1));
        });
        held.Wait(Cancel);
        return release;
    }
}
