using System.Collections.Immutable;
using ActorBroker.Orleans.Tests.Support;
using ActorBroker.Records;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests;

/// <summary>The cluster through its grain.</summary>
public sealed class ControllerGrainTests
{
    private static readonly TopicPartition Orders = new("orders", 0);

    [Fact]
    public async Task The_cluster_is_described_with_the_brokers_that_are_there_and_those_that_are_not()
    {
        await using var silos = await BrokerSilos.StartAsync(2);
        var controller = silos.Client.GetGrain<IControllerGrain>(0);

        var cluster = await controller.DescribeClusterAsync();
        var alive = await controller.UnregisterBrokerAsync(2);
        var endpoint = silos.Brokers.Single(static broker => broker.BrokerId == 2).Endpoints.Single();
        await silos.StopAsync(2);
        await silos.AllKnowAsync(static image => image.Brokers.Count == 1);
        var without = await controller.DescribeClusterAsync();
        var forgotten = await controller.UnregisterBrokerAsync(2);

        Assert.Equal(
            (ErrorCode.None, silos.Node(1).ClusterId, 1), (cluster.Error, cluster.ClusterId, cluster.ControllerId));
        Assert.Equal([(1, true), (2, true)], cluster.Brokers.Select(static each => (each.BrokerId, each.IsLive)));
        Assert.Equal(
            new ListenerAddress(endpoint.Listener, endpoint.Host, endpoint.Port),
            cluster.Brokers[1].Endpoints.Single(each => each.Listener == endpoint.Listener));
        Assert.Equal(ErrorCode.InvalidRequest, alive.Error);
        Assert.Equal([(1, true), (2, false)], without.Brokers.Select(static each => (each.BrokerId, each.IsLive)));
        Assert.Equal(new ClusterAnswer(ErrorCode.None), forgotten);
        Assert.Equal(1, Assert.Single((await controller.DescribeClusterAsync()).Brokers).BrokerId);
    }

    [Fact]
    public async Task Leaders_are_elected_and_replicas_moved()
    {
        await using var silos = await BrokerSilos.StartAsync(3);
        var controller = silos.Client.GetGrain<IControllerGrain>(0);
        await silos.Client.GetGrain<ITopicGrain>("orders").CreateAsync(new() { Assignments = [[1, 2]] });

        Assert.Equal(new ClusterAnswer(ErrorCode.None), await controller.DrainBrokerAsync(1, true));
        await silos.AllKnowAsync(static image => image.TopicsByName["orders"].Partitions[0].Leader == 2);
        await controller.DrainBrokerAsync(1, false);
        await silos.AllKnowAsync(static image =>
            !image.Registered[1].IsDraining && image.TopicsByName["orders"].Partitions[0].InSync.Contains(1));
        var elected = await ElectAsync(LeaderElection.Preferred, Orders, new("absent", 0));
        var again = await ElectAsync(LeaderElection.Unclean, Orders);
        var moved = await controller.ReassignAsync(
            [new(Orders, [2, 3]), new(new("absent", 0), [1]), new(new("orders", 7), [1]), new(new("orders", 7), [2])]);
        await silos.AllKnowAsync(
            static image => image.TopicsByName["orders"].Partitions[0].Replicas.AsSpan().SequenceEqual([2, 3]));

        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition], elected);
        Assert.Equal([ErrorCode.ElectionNotNeeded], again);
        Assert.Equal(ErrorCode.InvalidRequest, (await controller.ElectLeadersAsync((LeaderElection)9, null)).Error);
        Assert.Equal(ErrorCode.None, (await controller.ElectLeadersAsync(LeaderElection.Preferred, null)).Error);
        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownTopicOrPartition, ErrorCode.InvalidRequest],
            moved.Partitions.Select(static each => each.Error));
        var moves = await controller.ListReassignmentsAsync();
        Assert.Equal((ErrorCode.None, 0), (moves.Error, moves.Moves.Length));
        var calledOff = await controller.ReassignAsync([new(Orders, null)]);
        Assert.Equal(ErrorCode.NoReassignmentInProgress, calledOff.Partitions.Single().Error);

        async Task<IEnumerable<ErrorCode>> ElectAsync(
            LeaderElection kind, params ImmutableArray<TopicPartition> which) =>
            (await controller.ElectLeadersAsync(kind, which)).Partitions.Select(static each => each.Error);
    }

    [Fact]
    public async Task Nobody_gets_the_producer_id_of_another()
    {
        await using var silos = await BrokerSilos.StartAsync(2);
        var controller = silos.Client.GetGrain<IControllerGrain>(0);

        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => controller.AllocateProducerIdAsync()));
        var another = await silos.Node(2).ProducerIds.NextAsync(TestContext.Current.CancellationToken);

        Assert.All(ids, static id => Assert.Equal(ErrorCode.None, id.Error));
        Assert.Equal(51, ids.Select(static id => id.ProducerId).Append(another).Distinct().Count());
    }
}
