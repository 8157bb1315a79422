using System.Collections.Immutable;
using ActorBroker.Assignors;
using ActorBroker.Client;
using ActorBroker.Orleans.Tests.Support;
using ActorBroker.Records;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests;

/// <summary>A group through its grain: members that never assign, in the group that Kafka clients join.</summary>
public sealed class ConsumerGroupGrainTests
{
    private static readonly (string, string)[] Quick =
    [
        ("group.initial.rebalance.delay.ms", "0"), ("group.min.session.timeout.ms", "100"),
        ("offsets.topic.num.partitions", "3"),
    ];

    private static readonly TopicPartition[] All =
    [
        .. Enumerable.Range(0, 3).Select(static index => new TopicPartition("bills", index)),
        .. Enumerable.Range(0, 4).Select(static index => new TopicPartition("orders", index)),
    ];

    private static readonly JoinGroup Both = new() { Topics = ["orders", "bills"] };

    [Theory]
    [InlineData("range")]
    [InlineData("roundrobin")]
    [InlineData("sticky")]
    [InlineData("cooperative-sticky")]
    public async Task Three_members_share_two_topics_and_one_that_leaves_gives_its_part_to_the_others(string assignor)
    {
        await using var silos = await StartAsync(2);
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        var join = Both with { Assignors = [assignor] };
        await using var first = new GroupReader(group, join).Start();
        await using var second = new GroupReader(group, join).Start();
        await using var third = new GroupReader(group, join).Start();

        await GroupReader.SharedAsync([first, second, third], All);
        Assert.All([first, second, third], static reader => Assert.InRange(reader.Owned.Length, 2, 3));
        var described = await group.DescribeAsync();
        var before = (First: first.Owned, Second: second.Owned);
        await third.LeaveAsync();
        await GroupReader.SharedAsync([first, second], All);

        Assert.Equal(
            (ErrorCode.None, "Stable", "consumer", assignor, 3),
            (described.Error, described.State, described.ProtocolType, described.Assignor, described.Members.Length));
        Assert.Equal(All.ToHashSet(), [.. described.Members.SelectMany(static member => member.Assigned)]);
        Assert.Equal(("reader", "orleans"), (described.Members[0].ClientId, described.Members[0].Host));
        if (assignor.EndsWith("sticky", StringComparison.Ordinal))
        {
            Assert.Subset(first.Owned.ToHashSet(), before.First.ToHashSet());
            Assert.Subset(second.Owned.ToHashSet(), before.Second.ToHashSet());
        }
    }

    [Fact]
    public async Task A_static_member_that_comes_back_finds_its_place_and_fences_who_had_it()
    {
        await using var silos = await StartAsync(1);
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        await using var other = new GroupReader(group, Both).Start();
        await using var before = new GroupReader(group, Both with { Member = new("", "i") }).Start();
        await GroupReader.SharedAsync([other, before], All);
        var (name, generation, owned) = (before.Name, before.Generation, before.Owned);

        await using var after = new GroupReader(group, Both with { Member = new("", "i") }).Start();
        await GroupReader.WaitAsync([after, before], () => after.Generation > 0 && before.Ended != ErrorCode.None);

        Assert.Equal(ErrorCode.FencedInstanceId, before.Ended);
        Assert.Equal(ErrorCode.FencedInstanceId, await group.HeartbeatAsync(name, generation));
        Assert.Equal((generation, generation), (after.Generation, other.Generation));
        Assert.Equal(owned.ToHashSet(), [.. after.Owned]);
        await after.DisposeAsync();
        Assert.Equal(ErrorCode.None, await group.LeaveAsync(new GroupMemberName("", "i")));
        await GroupReader.SharedAsync([other], All);
    }

    [Fact]
    public async Task A_Kafka_client_and_a_member_that_comes_through_grains_share_a_group()
    {
        await using var silos = await StartAsync(2);
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = silos.BootstrapServers });
        await using var consumer = client.CreateConsumer(new ConsumerOptions
        {
            GroupId = "g",
            Assignors = [PartitionAssignors.Range],
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        });
        consumer.Subscribe(["orders", "bills"]);
        var reading = ReadAsync(consumer, stop.Token);
        await using var reader = new GroupReader(group, Both).Start();

        await GroupReader.WaitAsync([reader], () => reader.Owned.Length is 3 or 4);
        var described = await group.DescribeAsync();
        await reader.LeaveAsync();
        await using var alone = new GroupReader(group, Both).Start();
        await GroupReader.WaitAsync([alone], () => alone.Owned.Length is 3 or 4);
        await stop.CancelAsync();
        await reading;
        await consumer.DisposeAsync();
        await GroupReader.SharedAsync([alone], All);

        Assert.Equal(2, described.Members.Length);
        Assert.Equal(All.ToHashSet(), [.. described.Members.SelectMany(static member => member.Assigned)]);
        Assert.Single(described.Members, static member => member.Host == "orleans");
    }

    [Fact]
    public async Task A_group_goes_on_at_another_silo_with_what_it_has_committed()
    {
        await using var silos = await StartAsync(3);
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        await using var reader = new GroupReader(group, Both).Start();
        await GroupReader.SharedAsync([reader], All);
        var committed = await group.CommitAsync(new CommitOffsets(
            reader.Name, reader.Generation,
            [new(All[0], 7, Metadata: "seven"), new(new TopicPartition("absent", 0), 1)]));
        var coordinator = (await silos.Node(1).Groups.FindAsync("g", TestContext.Current.CancellationToken)).BrokerId;

        await silos.StopAsync(coordinator);
        var answers = new List<CommittedAnswer>();
        await UntilAsync(async () =>
        {
            answers.Add(await group.CommittedAsync([All[0], All[1]]));
            return answers[^1].Error == ErrorCode.None;
        });
        var error = ErrorCode.None;
        await UntilAsync(async () =>
        {
            var again = await group.CommitAsync(
                new CommitOffsets(reader.Name, reader.Generation, [new(All[0], 8, Metadata: "eight")]));
            error = again.Errors.Single();
            return error == ErrorCode.None;
        });

        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition], committed.Errors);
        Assert.Equal(
            [new(All[0], 7, -1, "seven"), new PartitionOffset(All[1], -1)], answers[^1].Offsets);
        Assert.Equal(8, Assert.Single((await group.CommittedAsync(null)).Offsets).Offset);
        Assert.Equal(ErrorCode.None, await group.LeaveAsync(reader.Name));
        await GroupReader.SharedAsync([reader], All);
    }

    [Fact]
    public async Task The_grain_goes_where_the_group_is_coordinated()
    {
        await using var silos = await StartAsync(2);
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g/with@a#slash");
        var cancel = TestContext.Current.CancellationToken;
        var found = await silos.Node(1).Groups.FindAsync("g/with@a#slash", cancel);
        var errors = new List<ErrorCode>();
        await UntilAsync(CommitAsync);

        await silos.Node(1).ClusterAdmin.DrainAsync(found.BrokerId, true, cancel);
        await silos.AllKnowAsync(image =>
            image.TopicsByName["__consumer_offsets"].Partitions.All(each => each.Leader == 3 - found.BrokerId));
        errors.Clear();
        await UntilAsync(CommitAsync);

        Assert.All(errors.SkipLast(1), static error => Assert.True(
            error is ErrorCode.NotCoordinator or ErrorCode.CoordinatorLoadInProgress, $"{error}"));
        Assert.Equal(3 - found.BrokerId, await silos.BrokerWithAsync(group));

        async Task<bool> CommitAsync()
        {
            var answer = await group.CommitAsync(new CommitOffsets(new(""), -1, [new(All[0], 1)]));
            errors.Add(answer.Errors.Single());
            return errors[^1] == ErrorCode.None;
        }
    }

    [Fact]
    public async Task What_is_not_so_is_answered_by_its_code()
    {
        await using var silos = await StartAsync(1);
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        Assert.Equal(ErrorCode.GroupIdNotFound, (await group.DescribeAsync()).Error);
        await using var reader = new GroupReader(group, Both).Start();
        await GroupReader.SharedAsync([reader], All);
        var (name, generation, nobody) = (reader.Name, reader.Generation, new GroupMemberName("nobody"));

        Assert.Equal(ErrorCode.UnknownMemberId, await group.HeartbeatAsync(nobody, generation));
        Assert.Equal(ErrorCode.IllegalGeneration, await group.HeartbeatAsync(name, generation - 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await SyncedAsync(nobody, generation));
        Assert.Equal(ErrorCode.IllegalGeneration, await SyncedAsync(name, generation + 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await group.LeaveAsync(nobody));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommittedAsync(nobody, generation));
        Assert.Equal(ErrorCode.IllegalGeneration, await CommittedAsync(name, generation - 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommittedAsync(new(""), -1));
        Assert.Equal(ErrorCode.UnknownMemberId, await JoinedAsync(Both with { Member = nobody }));
        Assert.Equal(ErrorCode.UnknownMemberId, await JoinedAsync(Both with { Member = nobody, Ticket = "none" }));
        Assert.Equal(ErrorCode.MemberIdRequired, await JoinedAsync(Both with { Ticket = "none" }));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, await JoinedAsync(Both with { Assignors = ["best"] }));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, await JoinedAsync(Both with { Assignors = [] }));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, await JoinedAsync(Both with { Assignors = ["sticky"] }));
        Assert.Equal(ErrorCode.InvalidSessionTimeout, await JoinedAsync(Both with { SessionTimeoutMs = 1 }));
        Assert.Equal(
            ErrorCode.InvalidRequest,
            await JoinedAsync(Both with { Topics = [.. Enumerable.Repeat(new string('t', 30_000), 40)] }));
        Assert.Equal(ErrorCode.InvalidRequest, await JoinedAsync(Both with { Topics = [new string('t', 40_000)] }));
        Assert.Equal(ErrorCode.None, await group.HeartbeatAsync(name, generation));

        async Task<ErrorCode> SyncedAsync(GroupMemberName member, int of) =>
            (await group.SyncAsync(new SyncGroup(member, of))).Error;

        async Task<ErrorCode> CommittedAsync(GroupMemberName member, int of) =>
            (await group.CommitAsync(new CommitOffsets(member, of, [new(All[0], 1)]))).Errors.Single();

        async Task<ErrorCode> JoinedAsync(JoinGroup join) => (await group.JoinAsync(join)).Error;
    }

    [Fact]
    public async Task A_call_that_leaves_something_out_is_refused_and_no_group_notices()
    {
        await using var silos = await StartAsync(1);
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        await using var reader = new GroupReader(group, Both).Start();
        await GroupReader.SharedAsync([reader], All);
        var (name, generation) = (reader.Name, reader.Generation);
        var outside = new GroupMemberName("");
        var tooLong = new TopicPartition(new string('t', 40_000), 0);

        Assert.All(
            new CommitOffsets[]
            {
                new(outside, -1, [default]), new(outside, -1, default), new(outside, -1, [new(tooLong, 1)]),
                new(default, -1, [new(All[0], 1)]),
            },
            commit => Assert.Equal([ErrorCode.InvalidRequest], group.CommitAsync(commit).Result.Errors));
        Assert.All(
            new ImmutableArray<TopicPartition>[] { [default], [tooLong], default },
            asked => Assert.Equal(ErrorCode.InvalidRequest, group.CommittedAsync(asked).Result.Error));
        Assert.All(
            new[]
            {
                Both with { Member = default }, Both with { ClientId = null! }, Both with { Topics = [null!] },
                Both with { Topics = default }, Both with { Assignors = [null!] }, Both with { Assignors = default },
                Both with { Owned = [default], Assignors = ["sticky"] }, Both with { Owned = default },
                Both with { Member = new("", new string('i', 40_000)) },
            },
            join => Assert.Equal(ErrorCode.InvalidRequest, group.JoinAsync(join).Result.Error));
        Assert.Equal(ErrorCode.InvalidRequest, (await group.SyncAsync(new SyncGroup(default, generation))).Error);
        Assert.Equal(ErrorCode.InvalidRequest, await group.HeartbeatAsync(default, generation));
        Assert.Equal(ErrorCode.InvalidRequest, await group.LeaveAsync(default));
        Assert.Equal(ErrorCode.None, await group.HeartbeatAsync(name, generation));
    }

    private static async Task<BrokerSilos> StartAsync(short count)
    {
        var silos = await BrokerSilos.StartAsync(count, Quick);
        foreach (var (name, partitions) in new[] { ("orders", 4), ("bills", 3) })
        {
            var created = await silos.Client.GetGrain<ITopicGrain>(name).CreateAsync(
                new TopicCreation { Partitions = partitions, ReplicationFactor = count });
            Assert.Equal(ErrorCode.None, created.Error);
        }

        await silos.AllKnowAsync(static image => image.TopicsByName.Count >= 2);
        return silos;
    }

    /// <summary>Asks again and again until it is so.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await AskAsync())
        {
            limit.Token.ThrowIfCancellationRequested();
        }

        async Task<bool> AskAsync()
        {
            try
            {
                return await isSo();
            }
            catch (SiloUnavailableException)
            {
                return false;
            }
        }
    }

    private static async Task ReadAsync(Consumer<byte[]?, byte[]?> consumer, CancellationToken cancel)
    {
        try
        {
            await foreach (var _ in consumer.ReadAllAsync(cancel))
            {
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
