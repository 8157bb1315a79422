using ActorBroker.Broker.Groups;
using ActorBroker.Broker.Partitions;
using ActorBroker.Broker.Tests.Support;
using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Groups;
using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Core.Groups.Records;
using ActorBroker.Core.Topics;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Broker.Tests.Groups;

public sealed class CoordinatorFaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Offsets_survive_restarts_and_kills()
    {
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "3"));
        for (var group = 0; group < 20; group++)
        {
            await broker.MustCommitAsync($"g{group}", 100 + group);
        }

        await broker.RestartAsync();
        Assert.Equal(105, await broker.CommittedAsync("g5"));
        await broker.MustCommitAsync("g5", 1005);

        await broker.KillAsync();
        for (var group = 0; group < 20; group++)
        {
            Assert.Equal(group == 5 ? 1005 : 100 + group, await broker.CommittedAsync($"g{group}"));
        }
    }

    [Fact]
    public async Task Thousands_of_groups_are_read_back()
    {
        const int Groups = 5000;
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "4"));
        var errors = await Task.WhenAll(
            Enumerable.Range(0, Groups).Select(group => broker.CommitAsync($"g{group}", group)));
        Assert.All(errors, error => Assert.Equal(ErrorCode.None, error));

        await broker.KillAsync();

        var listing = await broker.RepeatedAsync(() => broker.Node.Groups.ListAsync(), static all => all.Error);
        Assert.Equal(Groups, listing.Groups.Count);
        for (var group = 0; group < Groups; group += 7)
        {
            Assert.Equal(group, await broker.CommittedAsync($"g{group}"));
        }
    }

    [Fact]
    public async Task A_full_disk_refuses_commits_so_that_clients_repeat_them_and_loses_nothing()
    {
        await using var broker = await StartedAsync();
        await broker.MustCommitAsync("g", 5);
        broker.Disk.FreeBytes = 0;

        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await broker.CommitAsync("g", 6));
        Assert.NotEqual(ErrorCode.None, await broker.CommitAsync("g", 7));
        Assert.Equal(5, await broker.CommittedAsync("g"));

        broker.Disk.FreeBytes = null;
        await broker.MustCommitAsync("g", 8);
        Assert.Equal(8, await broker.CommittedAsync("g"));
        await broker.KillAsync();
        Assert.Equal(8, await broker.CommittedAsync("g"));
        Assert.Equal([5, 8], StoredOffsets.Read(broker.LogOf("g")).History.Select(each => each.Offset));
    }

    [Fact]
    public async Task A_write_that_breaks_off_takes_back_what_was_decided_after_it_too()
    {
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "1"));
        await broker.MustCommitAsync("g", 5);
        broker.Disk.FailWrite(prefix: 40);

        var errors = await Task.WhenAll(Enumerable.Range(6, 10).Select(offset => broker.CommitAsync("g", offset)));

        Assert.Equal(ErrorCode.CoordinatorNotAvailable, errors[0]);
        var stored = errors.Select((error, index) => error == ErrorCode.None ? 6 + index : 5).Max();
        Assert.Equal(stored, await broker.CommittedAsync("g"));
        await broker.MustCommitAsync("g", 20);
        await broker.KillAsync();
        Assert.Equal(20, await broker.CommittedAsync("g"));
    }

    [Fact]
    public async Task What_was_decided_after_a_batch_that_is_refused_is_not_stored()
    {
        await using var broker = await StartedAsync(
            ("offsets.topic.num.partitions", "1"), ("offsets.topic.segment.bytes", "1048576"));
        await broker.MustCommitAsync("g", 5);
        var shard = Assert.Single(broker.Node.Groups.Shards);
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        shard.PostControl(new GroupCommand(_ =>
        {
            held.Set();
            release.Wait(TimeSpan.FromMinutes(1));
        }));
        held.Wait(Cancel);

        // One decision of more bytes than a segment may have; the other two are of the same turn.
        var none = new GroupRequest<bool>(static (_, _, _) => { }, static _ => false);
        var tooLarge = new GroupRequest<IReadOnlyList<ErrorCode>>(
            (machine, turn, reply) =>
            {
                var note = new string('n', 4000);
                for (var number = 0; number < 300; number++)
                {
                    var part = number == 0 ? reply : new GroupReply<IReadOnlyList<ErrorCode>>(none, static _ => []);
                    machine.Commit(turn, GroupClients.Simple($"large{number}", "events", number, note), part);
                }
            },
            static error => [error]);
        Assert.True(shard.TryPost(tooLarge));
        var after = broker.CommitAsync("after", 7);
        var more = broker.CommitAsync("g", 8);
        release.Set();

        Assert.Equal(ErrorCode.UnknownServerError, Assert.Single(await tooLarge.Answer));
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await after);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await more);
        Assert.Equal(5, await broker.CommittedAsync("g"));
        Assert.Equal(-1, await broker.CommittedAsync("after"));
        await broker.MustCommitAsync("after", 9);
        Assert.Equal([("g", 5), ("after", 9)], StoredOffsets.Read(broker.LogOf("g")).History);
    }

    [Fact]
    public async Task A_log_that_is_opened_anew_while_its_coordinator_takes_charge_is_read_again_without_being_asked()
    {
        await using var broker = TestBroker.Create(("offsets.topic.num.partitions", "1"));
        var hooks = 0;
        var loadsThen = 0L;
        broker.Loggers = new EventHook(2300, () =>
        {
            if (Interlocked.Increment(ref hooks) == 1)
            {
                loadsThen = broker.Node.Groups.Meters.Loads;
                BeginLeadership(broker.LogOf("g"), broker.Node.Cluster.TopicsByName[TopicNames.ConsumerOffsets]);
            }
        });
        await broker.StartAsync();
        await broker.CreateTopicAsync();
        await broker.FindAsync("g");
        await broker.MustCommitAsync("g", 5);
        broker.Disk.FailWrite(prefix: 40);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await broker.CommitAsync("g", 6));

        await Until.TrueAsync(() =>
        {
            broker.Time.Advance(TimeSpan.FromMilliseconds(50));
            return Volatile.Read(ref hooks) > 1;
        });

        Assert.InRange(broker.Node.Groups.Meters.Loads, loadsThen + 1, long.MaxValue);
        Assert.Equal(5, await broker.CommittedAsync("g"));
    }

    [Fact]
    public async Task An_acknowledged_commit_survives_a_loss_of_power_where_the_log_is_flushed_for_each()
    {
        await using var broker = await StartedAsync(("log.flush.interval.messages", "1"));
        for (var offset = 1; offset <= 10; offset++)
        {
            await broker.MustCommitAsync("g", offset);
        }

        await broker.LosePowerAsync();
        Assert.Equal(10, await broker.CommittedAsync("g"));
    }

    [Fact]
    public async Task A_failed_flush_refuses_the_commit_and_what_was_acknowledged_stays()
    {
        await using var broker = await StartedAsync(("log.flush.interval.messages", "1"));
        await broker.MustCommitAsync("g", 5);
        broker.Disk.FailSync();

        Assert.Equal(ErrorCode.CoordinatorNotAvailable, await broker.CommitAsync("g", 6));

        Assert.Equal(5, await broker.CommittedAsync("g"));
        await broker.MustCommitAsync("g", 7);
        await broker.LosePowerAsync();
        Assert.Equal(7, await broker.CommittedAsync("g"));
    }

    [Fact]
    public async Task A_torn_tail_costs_only_what_nobody_was_told_of()
    {
        await using var broker = await StartedAsync();
        await broker.MustCommitAsync("g", 5);
        await broker.LogOf("g").Actor.FlushAsync();
        await broker.MustCommitAsync("g", 6);
        broker.Disk.Crash((_, unsynced) => unsynced / 2);
        await broker.KillAsync();
        Assert.Equal(5, await broker.CommittedAsync("g"));
        await broker.MustCommitAsync("g", 7);
        await broker.RestartAsync();
        Assert.Equal(7, await broker.CommittedAsync("g"));
    }

    [Fact]
    public async Task A_log_that_cannot_be_opened_makes_the_coordinator_wait_for_it()
    {
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "1"));
        await broker.MustCommitAsync("g", 5);
        await broker.Node.StopAsync(Cancel);
        var disk = new SelectiveDisk(broker.Disk) { Broken = $"{TopicNames.ConsumerOffsets}-0/0" };
        broker.Files = disk;

        await broker.StartAsync();

        await Until.TrueAsync(() => broker.CommitAsync("g", 6).Result == ErrorCode.CoordinatorNotAvailable);
        disk.Broken = null;
        Assert.Equal(5, await broker.CommittedAsync("g"));
        await broker.MustCommitAsync("g", 6);
    }

    [Fact]
    public async Task Compaction_of_the_offsets_topic_keeps_what_counts()
    {
        await using var broker = await StartedAsync(
            ("offsets.topic.num.partitions", "1"), ("offsets.topic.segment.bytes", "4096"),
            ("log.cleaner.min.cleanable.ratio", "0.01"));
        for (var round = 0; round < 30; round++)
        {
            for (var group = 0; group < 10; group++)
            {
                await broker.MustCommitAsync($"g{group}", (round * 100) + group);
            }
        }

        await broker.Node.Groups.DeleteGroupAsync("g9");
        var log = broker.LogOf("g");
        var before = StoredOffsets.Read(log);
        await log.Actor.FlushAsync();
        await broker.Node.Housekeeping.CleanAsync(Cancel);
        var after = StoredOffsets.Read(log);

        Assert.InRange(after.History.Count, 10, before.History.Count / 2);
        Assert.Equal(Live(before), Live(after));
        await broker.KillAsync();
        for (var group = 0; group < 9; group++)
        {
            Assert.Equal(2900 + group, await broker.CommittedAsync($"g{group}"));
        }

        Assert.Equal(-1, await broker.CommittedAsync("g9"));

        static IEnumerable<string> Live(StoredOffsets offsets) => offsets.Offsets
            .Where(each => each.Value is not null).Select(each => $"{each.Key}={each.Value}").Order();
    }

    [Fact]
    public async Task Batches_of_another_broker_are_read_compressed_or_transactional_and_unknown_records_passed_over()
    {
        await using var broker = await StartedAsync(("offsets.topic.num.partitions", "1"));
        var log = broker.LogOf("g");
        await AppendAsync(
            log, new RecordBatchOptions { Codec = CompressionCodec.Gzip }, Offset("zipped", 1), Offset("g", 2));
        await AppendAsync(log, RecordBatchOptions.Default, ([0, 11, 0, 1, 103], [0, 0, 0, 0, 0, 1, 0]));
        await AppendAsync(log, RecordBatchOptions.Default, ([0, 1, 0, 1], [0, 3]));
        await AppendAsync(log, RecordBatchOptions.Default, (Offset("g", 3).Key, [0, 9, 1, 2, 3]));
        await AppendAsync(log, Transaction(7, 0), Offset("committed", 10));
        await AppendAsync(log, Transaction(8, 0), Offset("aborted", 20));
        await AppendAsync(log, Transaction(9, 0), Offset("open", 30));
        var end = log.LogEndOffset;
        await broker.Node.StopAsync(Cancel);
        AddMarkers(broker, end, (7, ControlRecordType.Commit), (8, ControlRecordType.Abort));

        await broker.StartAsync();

        Assert.Equal(1, await broker.CommittedAsync("zipped"));
        Assert.Equal(2, await broker.CommittedAsync("g"));
        Assert.Equal(10, await broker.CommittedAsync("committed"));
        Assert.Equal(-1, await broker.CommittedAsync("aborted"));
        Assert.Equal(-1, await broker.CommittedAsync("open"));
        await broker.MustCommitAsync("g", 4);
    }

    [Fact]
    public async Task A_stable_group_goes_on_after_a_kill_and_a_rebalance_in_the_middle_is_joined_again()
    {
        await using var broker = await StartedAsync(("group.initial.rebalance.delay.ms", "0"));
        var joined = await JoinAsync(broker, "");
        var synced = await broker.Node.Groups.SyncAsync(new SyncCommand(
            "g", new MemberName(joined.MemberId, null), joined.Generation, null, null,
            [new(joined.MemberId, new byte[] { 1, 2, 3 })]));
        Assert.Equal(ErrorCode.None, synced.Error);

        await broker.KillAsync();

        var member = new MemberName(joined.MemberId, null);
        Assert.Equal(ErrorCode.None, await HeartbeatAsync(broker, member, joined.Generation));
        var commit = new CommitCommand(
            "g", member, joined.Generation, IsModern: false, -1,
            [new OffsetToCommit(new TopicPartition("events", 0), 9, -1, null)]);
        Assert.Equal(ErrorCode.None, Assert.Single(await broker.Node.Groups.CommitAsync(commit)));

        var again = await JoinAsync(broker, joined.MemberId);
        Assert.Equal(joined.Generation + 1, again.Generation);
        await broker.KillAsync();

        var error = await HeartbeatAsync(broker, member, again.Generation);
        Assert.True(error is ErrorCode.IllegalGeneration or ErrorCode.UnknownMemberId, $"{error}");
        Assert.Equal(9, await broker.CommittedAsync("g"));
        Assert.Equal(ErrorCode.None, (await JoinAsync(broker, joined.MemberId)).Error);
    }

    private static async Task<TestBroker> StartedAsync(params (string Name, string Value)[] settings)
    {
        var broker = await TestBroker.StartedAsync([("offsets.topic.num.partitions", "2"), .. settings]);
        await broker.CreateTopicAsync();
        await broker.FindAsync("g");
        return broker;
    }

    private static void BeginLeadership(Partition log, TopicDocument topic)
    {
        var state = topic.Partitions[log.Name.Partition];
        var next = topic.Partitions.SetItem(
            log.Name.Partition, state with { LeaderEpoch = log.LeaderEpoch + 1 });
        log.Actor.Update(topic with { Partitions = next }, log.Config);
        Assert.True(log.Actor.AskAsync(static _ => true).Wait(TimeSpan.FromMinutes(1)));
    }

    private static Task<JoinResult> JoinAsync(TestBroker broker, string memberId) => broker.RepeatedAsync(
        async () =>
        {
            var join = broker.Node.Groups.JoinAsync(new JoinCommand(
                "g", new MemberName(memberId, null), new GroupClient("c", "/127.0.0.1"), "consumer",
                [new MemberProtocol("range", new byte[] { 0, 0, 0, 0, 0, 0, 255, 255, 255, 255 })], 30_000, 30_000,
                RequiresMemberId: false, SupportsSkipAssignment: false, null));
            await Until.TrueAsync(() => join.IsCompleted, broker.Time);
            return await join;
        },
        static result => result.Error);

    private static Task<ErrorCode> HeartbeatAsync(TestBroker broker, MemberName member, int generation) =>
        broker.RepeatedAsync(
            () => broker.Node.Groups.HeartbeatAsync(new HeartbeatCommand("g", member, generation)),
            static error => error);

    private static RecordBatchOptions Transaction(long producer, int sequence) => new()
    {
        ProducerId = producer,
        ProducerEpoch = 0,
        BaseSequence = sequence,
        IsTransactional = true,
    };

    private static (byte[] Key, byte[] Value) Offset(string group, long offset)
    {
        using var writer = new KafkaWriter();
        GroupRecordCodec.WriteKey(writer, new OffsetCommitKey { Group = group, Topic = "events", Partition = 0 });
        var key = writer.WrittenSpan.ToArray();
        writer.Reset();
        GroupRecordCodec.WriteValue(writer, new OffsetCommitValue { Offset = offset, CommitTimestamp = 1 });
        return (key, writer.WrittenSpan.ToArray());
    }

    private static async Task AppendAsync(
        Partition log, RecordBatchOptions options, params (byte[] Key, byte[] Value)[] records)
    {
        using var builder = new RecordBatchBuilder();
        foreach (var (key, value) in records)
        {
            builder.Append(1, key, value);
        }

        var result = await log.ProduceAsync(
            new ProduceCommand(builder.Build(options).ToArray(), -1, 30_000, IsInternal: true));
        Assert.Equal((ErrorCode.None, null), (result.Error, result.Message));
    }

    /// <summary>The file goes on as Kafka would have written it; the start has to find out for itself.</summary>
    private static void AddMarkers(
        TestBroker broker, long offset, params (long Producer, ControlRecordType Type)[] markers)
    {
        using var builder = new RecordBatchBuilder();
        var path = $"{TestBroker.Root}/{TopicNames.ConsumerOffsets}-0/{0:D20}.log";
        List<byte> bytes = [.. broker.Disk.ReadAllBytes(path)];
        foreach (var (producer, type) in markers)
        {
            builder.Reset();
            var marker = new TransactionMarker(type, 1).Build(builder, producer, 0, 1).ToArray();
            RecordBatch.SetBaseOffset(marker, offset++);
            RecordBatch.SetLeaderEpoch(marker, 0);
            bytes.AddRange(marker);
        }

        broker.Disk.WriteAllBytes(path, bytes.ToArray());
        broker.Disk.DeleteFile($"{TestBroker.Root}/.kafka_cleanshutdown");
    }
}
