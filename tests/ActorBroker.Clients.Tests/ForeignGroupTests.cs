using ActorBroker.Assignors;
using ActorBroker.Client;

namespace ActorBroker.Clients.Tests;

/// <summary>Groups of our own consumers at brokers that are not ours, which know classic groups.</summary>
public sealed class ForeignGroupTests
{
    private const int Records = 2000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Assignors => [.. PartitionAssignors.Classic.Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(Assignors))]
    public async Task A_group_shares_a_topic_while_members_come_and_go(string assignor)
    {
        await using var cluster = await MockCluster.StartAsync(Cancel);
        await using var client = new KafkaClient(new ClientOptions { BootstrapServers = cluster.Bootstrap });
        await GroupRun.ProduceAsync(client, "shared", 0, Records / 2, Cancel);
        var options = new ConsumerOptions
        {
            GroupId = "foreign",
            Assignors = [PartitionAssignors.FindClassic(assignor)!],
            AutoOffsetReset = AutoOffsetReset.Earliest,
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),

            // These brokers let a rebalance wait for about as long.
            SessionTimeout = TimeSpan.FromSeconds(3),
            AutoCommitInterval = TimeSpan.FromMilliseconds(100),
        };
        await using var run = new GroupRun(client, "shared", options);
        run.Start();
        await run.WaitAsync(() => run.Seen.Count > 100, Cancel);
        run.Start();
        await run.WaitAsync(() => run.Assignments.All(each => each.Count == 2), Cancel);
        await GroupRun.ProduceAsync(client, "shared", Records / 2, Records / 4, Cancel);
        await run.StopAsync(0);
        await GroupRun.ProduceAsync(client, "shared", Records * 3 / 4, Records / 4, Cancel);
        await run.WaitAsync(() => run.Seen.Distinct().Count() == Records, Cancel);
    }
}
