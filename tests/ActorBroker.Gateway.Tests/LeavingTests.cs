using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;
using ActorBroker.TestSupport;

namespace ActorBroker.Gateway.Tests;

/// <summary>A broker that hands its leaderships over sends its clients away; what it still leads, it serves.</summary>
public sealed class LeavingTests : IAsyncDisposable
{
    private readonly TemporaryFolder _shared = new();
    private readonly List<GatewayHost> _hosts = [];

    [Fact]
    public async Task Who_asks_a_leaving_broker_for_what_others_lead_is_cut_off_and_finds_the_leader()
    {
        await StartAsync(2);
        await _hosts[0].CreateTopicAsync("moved", replicas: 2);
        await _hosts[0].CreateTopicAsync("kept", partitions: 2);
        foreach (var host in _hosts)
        {
            await host.Node.WaitForAsync(image => image.TopicsByName.ContainsKey("kept"), Cancel);
        }

        var leaving = _hosts[LeaderOf("moved", 0) - 1];
        var staying = _hosts.Single(host => host != leaving);
        var kept = LeaderOf("kept", 0) == leaving.Node.BrokerId ? 0 : 1;
        using var reader = await leaving.ConnectAsync();
        using var careful = await leaving.ConnectAsync();
        using var writer = await leaving.ConnectAsync();
        Assert.Equal(ErrorCode.None, await ProduceAsync(writer, "moved"));
        var fetch = Requests.Fetch("moved", 1, maxWaitMs: 3_600_000);
        await reader.SendAsync(fetch, 4);
        fetch.Topics[0].Partitions[0].CurrentLeaderEpoch = 0;
        await careful.SendAsync(fetch, 11);

        await leaving.Node.PrepareStopAsync(Cancel);

        await reader.ExpectClosedAsync();
        await careful.ExpectClosedAsync();
        Assert.Equal(ErrorCode.None, await ProduceAsync(writer, "kept", kept));
        await writer.SendAsync(Requests.Produce("moved", Requests.Batch("b")), 7);
        await writer.ExpectClosedAsync();
        using var again = await leaving.ConnectAsync();
        var hinted = await again.AskAsync<ProduceRequest, ProduceResponse>(
            Requests.Produce("moved", Requests.Batch("b")), 10);
        var refused = Assert.Single(Assert.Single(hinted.Responses).PartitionResponses);
        Assert.Equal(
            (ErrorCode.NotLeaderOrFollower, staying.Node.BrokerId),
            (refused.ErrorCode, refused.CurrentLeader.LeaderId));
        var told = await again.AskAsync<MetadataRequest, MetadataResponse>(
            new() { Topics = [new() { Name = "moved" }] }, 4);
        Assert.Equal(staying.Node.BrokerId, Assert.Single(Assert.Single(told.Topics!).Partitions).LeaderId);
        using var leader = await staying.ConnectAsync();
        await Eventually.HoldsAsync(async () => await ProduceAsync(leader, "moved") == ErrorCode.None);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        _shared.Dispose();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<ErrorCode> ProduceAsync(TestConnection connection, string topic, int partition = 0)
    {
        var answer = await connection.AskAsync<ProduceRequest, ProduceResponse>(
            Requests.Produce(topic, Requests.Batch("a"), partition: partition), 7);
        return Assert.Single(Assert.Single(answer.Responses).PartitionResponses).ErrorCode;
    }

    private int LeaderOf(string topic, int partition) =>
        _hosts[0].Node.Cluster.TopicsByName[topic].Partitions[partition].Leader;

    private async Task StartAsync(int count)
    {
        for (var id = 1; id <= count; id++)
        {
            _hosts.Add(await GatewayHost.StartAsync(
                $"cluster.dir={_shared.Path}", $"broker.id={id}", "auto.leader.rebalance.enable=false"));
        }

        foreach (var host in _hosts)
        {
            await host.Node.WaitForAsync(image => image.Brokers.Count == count, Cancel);
        }
    }
}
