using ActorBroker.Orleans.Tests.Support;
using ActorBroker.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.TestingHost;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests;

/// <summary>A silo whose broker is not there yet: its grains say so by code, and go.</summary>
public sealed class BrokerNotThereTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly InProcessTestCluster _cluster;

    public BrokerNotThereTests()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.PostConfigure<SiloOptions>(static options => options.SiloName = "broker-1");
            silo.Services.AddGrainStorage("ActorBroker", static (_, _) => new SharedStorage());
            silo.AddActorBroker(broker => broker.Settings["log.dirs"] = _folder["broker-1"]);

            // What would start the broker.
            silo.Services.Remove(silo.Services.Last(
                static service => service.ServiceType == typeof(ILifecycleParticipant<ISiloLifecycle>)));
        });
        _cluster = builder.Build();
    }

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_partition_has_no_leader_yet()
    {
        var grain = _cluster.Client.GetGrain<IPartitionGrain>("orders/0");

        Assert.Equal(ErrorCode.LeaderNotAvailable, (await grain.DescribeAsync()).Error);
        Assert.Equal(ErrorCode.LeaderNotAvailable, (await grain.FetchAsync(new FetchBatches(0, 1, 600_000))).Error);
        await GoneAsync(grain);
    }

    [Fact]
    public async Task A_group_is_being_loaded()
    {
        var grain = _cluster.Client.GetGrain<IConsumerGroupGrain>("g");
        var member = new GroupMemberName("m");
        var commit = new CommitOffsets(member, 1, [new(new("orders", 0), 1)]);

        Assert.All(
            [
                (await grain.JoinAsync(new JoinGroup { Topics = ["orders"] })).Error,
                (await grain.SyncAsync(new SyncGroup(member, 1))).Error,
                await grain.HeartbeatAsync(member, 1),
                await grain.LeaveAsync(member),
                Assert.Single((await grain.CommitAsync(commit)).Errors),
                (await grain.CommittedAsync(null)).Error,
                (await grain.DescribeAsync()).Error,
            ],
            static error => Assert.Equal(ErrorCode.CoordinatorLoadInProgress, error));
        await GoneAsync(grain);
    }

    [Fact]
    public async Task Administrators_are_sent_to_another_silo()
    {
        var topic = _cluster.Client.GetGrain<ITopicGrain>("orders");
        var controller = _cluster.Client.GetGrain<IControllerGrain>(0);

        Assert.All(
            [
                (await topic.CreateAsync(new TopicCreation())).Error,
                (await topic.DescribeAsync()).Error,
                (await topic.AlterAsync(new TopicChange { Partitions = 2 })).Error,
                (await topic.DeleteAsync()).Error,
                (await controller.DescribeClusterAsync()).Error,
                (await controller.ElectLeadersAsync(LeaderElection.Preferred, null)).Error,
                (await controller.ReassignAsync([])).Error,
                (await controller.ListReassignmentsAsync()).Error,
                (await controller.DrainBrokerAsync(1, true)).Error,
                (await controller.UnregisterBrokerAsync(1)).Error,
                (await controller.AllocateProducerIdAsync()).Error,
            ],
            static error => Assert.Equal(ErrorCode.NotController, error));
        await GoneAsync(topic);
        await GoneAsync(controller);
    }

    private async Task GoneAsync(IAddressable grain)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var management = _cluster.Client.GetGrain<IManagementGrain>(0);
        while (await management.GetActivationAddress(grain) is not null)
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
