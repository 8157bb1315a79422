using ActorBroker.Assignors;
using ActorBroker.Client;

namespace ActorBroker.Clients.Tests;

/// <summary>Groups of our own consumers at the real server, by both protocols.</summary>
public sealed class OwnGroupTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Partitions = 6;
    private const int Records = 3000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<GroupProtocol, string> Kinds
    {
        get
        {
            var kinds = new TheoryData<GroupProtocol, string>();
            foreach (var assignor in PartitionAssignors.Classic)
            {
                kinds.Add(GroupProtocol.Classic, assignor.Name);
            }

            foreach (var assignor in PartitionAssignors.Server)
            {
                kinds.Add(GroupProtocol.Consumer, assignor.Name);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_record_is_read_while_members_come_and_go(GroupProtocol protocol, string assignor)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        var options = Options(protocol, assignor);
        await using var run = new GroupRun(client, topic, options);
        run.Start();
        await GroupRun.ProduceAsync(client, topic, 0, Records / 3, Cancel);
        await run.WaitAsync(() => !run.Seen.IsEmpty, Cancel);
        run.Start();
        run.Start();
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 2), Cancel);
        await GroupRun.ProduceAsync(client, topic, Records / 3, Records / 3, Cancel);
        await run.StopAsync(0);
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 3), Cancel);
        await GroupRun.ProduceAsync(client, topic, Records * 2 / 3, Records / 3, Cancel);
        await run.WaitAsync(() => run.Seen.Distinct().Count() == Records, Cancel);

        // All members went in peace: each gave up what it had processed and said so, but for its newest record.
        var handovers = run.Rebalances.Count(each => each.Contains("revoked", StringComparison.Ordinal));
        Assert.InRange(run.Seen.Count, Records, Records + (handovers * Partitions));
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task Members_that_keep_partitions_are_not_stopped(GroupProtocol protocol)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        await using var run = new GroupRun(client, topic, Options(protocol, "cooperative-sticky"));
        run.Start();
        await run.WaitAsync(() => run.Assignments.Single().Count == Partitions, Cancel);
        run.Start();
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 3), Cancel);
        Assert.Single(run.Rebalances, each => each.Contains("revoked", StringComparison.Ordinal));
        var revoked = run.Rebalances.Single(each => each.StartsWith("0 revoked", StringComparison.Ordinal));
        Assert.Equal(3, PartitionsOf(revoked));
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task A_static_member_comes_back_to_its_partitions_without_a_rebalance(GroupProtocol protocol)
    {
        await using var client = NewClient();
        var topic = await CreateAsync(client);
        await using var run = new GroupRun(client, topic, Options(protocol, "range"));
        run.Start("one");
        run.Start("two");
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 3), Cancel);
        var before = run.Assignments.First().ToHashSet();
        var rebalances = run.Rebalances.Count(each => each[0] == '1');
        await run.StopAsync(0);
        run.Start("one");
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 3), Cancel);
        Assert.Equal(before, run.Assignments.Last().ToHashSet());
        Assert.Equal(rebalances, run.Rebalances.Count(each => each[0] == '1'));
    }

    private static int PartitionsOf(string rebalance) => rebalance.Split(' ').Length - 2;

    private static ConsumerOptions Options(GroupProtocol protocol, string assignor) => new()
    {
        GroupId = $"group-{Guid.NewGuid():N}",
        GroupProtocol = protocol,
        Assignors = [PartitionAssignors.FindClassic(assignor) ?? PartitionAssignors.Range],
        GroupRemoteAssignor = PartitionAssignors.FindServer(assignor)?.Name,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
    };

    private static async Task<string> CreateAsync(KafkaClient client)
    {
        var topic = $"groups-{Guid.NewGuid():N}";
        await client.Admin.CreateTopicAsync(new NewTopic { Name = topic, Partitions = Partitions }, Cancel);
        return topic;
    }

    private KafkaClient NewClient() => new(new ClientOptions { BootstrapServers = server.Bootstrap });
}
