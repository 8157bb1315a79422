using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>Waiting, limits and checks of Fetch.</summary>
public sealed class FetchTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(54_321);

    [Fact]
    public async Task A_parked_fetch_wakes_when_records_come()
    {
        var clock = new ManualClock();
        await using var host = await GatewayHost.StartAsync(clock);
        await host.CreateTopicAsync("t", partitions: 2);
        using var consumer = await host.ConnectAsync();
        using var producer = await host.ConnectAsync();
        var parked = clock.TimerSetAsync(Wait);
        var id = await consumer.SendAsync(
            Requests.Fetch("t", 0, maxWaitMs: (int)Wait.TotalMilliseconds, partitions: [0, 1]), 12);
        await parked;
        await ProduceAsync(producer, "t", "wake", partition: 1);
        var response = await consumer.ReceiveAsync<FetchResponse>(12, id);
        Assert.Equal(["wake"], Requests.Values(response.Responses[0].Partitions[1]));
    }

    [Fact]
    public async Task A_parked_fetch_is_answered_empty_when_its_time_is_up()
    {
        var clock = new ManualClock();
        await using var host = await GatewayHost.StartAsync(clock);
        await host.CreateTopicAsync("t");
        using var consumer = await host.ConnectAsync();
        var parked = clock.TimerSetAsync(Wait);
        var id = await consumer.SendAsync(Requests.Fetch("t", 0, maxWaitMs: (int)Wait.TotalMilliseconds), 12);
        await parked;
        clock.Advance(Wait);
        var response = await consumer.ReceiveAsync<FetchResponse>(12, id);
        Assert.Equal(0, response.Responses[0].Partitions[0].Records!.Value.Length);
    }

    [Fact]
    public async Task Min_bytes_are_gathered_over_all_partitions_and_several_appends()
    {
        var clock = new ManualClock();
        await using var host = await GatewayHost.StartAsync(clock);
        await host.CreateTopicAsync("t", partitions: 2);
        using var consumer = await host.ConnectAsync();
        using var producer = await host.ConnectAsync();
        var one = Requests.Batch("12345").Length;
        var parked = clock.TimerSetAsync(Wait);
        var id = await consumer.SendAsync(
            Requests.Fetch("t", 0, maxWaitMs: (int)Wait.TotalMilliseconds, minBytes: 3 * one, partitions: [0, 1]), 12);
        await parked;
        await ProduceAsync(producer, "t", "12345", partition: 0);
        await ProduceAsync(producer, "t", "12345", partition: 1);
        await ProduceAsync(producer, "t", "12345", partition: 0);
        var response = await consumer.ReceiveAsync<FetchResponse>(12, id);
        Assert.Equal([2 * one, one], response.Responses[0].Partitions.Select(each => each.Records!.Value.Length));
    }

    [Fact]
    public async Task Max_bytes_bound_the_response_but_the_first_partition_with_records_yields_a_batch()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t", partitions: 3);
        using var connection = await host.ConnectAsync();
        await ProduceAsync(connection, "t", new string('a', 5000), partition: 1);
        await ProduceAsync(connection, "t", new string('b', 5000), partition: 2);
        var response = await connection.AskAsync<FetchRequest, FetchResponse>(
            Requests.Fetch("t", 0, maxBytes: 100, partitions: [0, 1, 2]), 12);
        Assert.Equal(
            [false, true, false],
            response.Responses[0].Partitions.Select(each => each.Records!.Value.Length > 0));
    }

    [Fact]
    public async Task A_fetch_with_an_error_is_answered_at_once()
    {
        await using var host = await GatewayHost.StartAsync();
        var id = await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        Assert.Equal(ErrorCode.OffsetOutOfRange, await FetchErrorAsync(connection, Requests.Fetch("t", 5, id), 12));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await FetchErrorAsync(connection, Requests.Fetch("no", 0), 12));
        Assert.Equal(
            ErrorCode.UnknownTopicOrPartition,
            await FetchErrorAsync(connection, Requests.Fetch("t", 0, id, partitions: [7]), 13));
        Assert.Equal(
            ErrorCode.UnknownTopicId, await FetchErrorAsync(connection, Requests.Fetch("t", 0, Guid.NewGuid()), 13));

        var ahead = Requests.Fetch("t", 0, id);
        ahead.Topics[0].Partitions[0].CurrentLeaderEpoch = 1000;
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, await FetchErrorAsync(connection, ahead, 17));
    }

    [Fact]
    public async Task A_client_whose_history_has_parted_is_told_where()
    {
        await using var host = await GatewayHost.StartAsync();
        var id = await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        await ProduceAsync(connection, "t", "a");
        var request = Requests.Fetch("t", 9, id, maxWaitMs: 60_000);
        request.Topics[0].Partitions[0].LastFetchedEpoch = 0;
        var response = await connection.AskAsync<FetchRequest, FetchResponse>(request, 13);
        Assert.Equal(1, response.Responses[0].Partitions[0].DivergingEpoch.EndOffset);
    }

    [Fact]
    public async Task A_parked_fetch_is_answered_when_its_topic_is_deleted()
    {
        var clock = new ManualClock();
        await using var host = await GatewayHost.StartAsync(clock);
        await host.CreateTopicAsync("t");
        using var consumer = await host.ConnectAsync();
        using var admin = await host.ConnectAsync();
        var parked = clock.TimerSetAsync(Wait);
        var id = await consumer.SendAsync(Requests.Fetch("t", 0, maxWaitMs: (int)Wait.TotalMilliseconds), 12);
        await parked;
        await admin.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(new() { TopicNames = ["t"] }, 4);
        var response = await consumer.ReceiveAsync<FetchResponse>(12, id);
        Assert.NotEqual(ErrorCode.None, response.Responses[0].Partitions[0].ErrorCode);
    }

    [Fact]
    public async Task A_parked_fetch_whose_client_leaves_ends_with_its_connection()
    {
        var clock = new ManualClock();
        await using var host = await GatewayHost.StartAsync(clock);
        await host.CreateTopicAsync("t");
        var parked = clock.TimerSetAsync(Wait);
        using (var consumer = await host.ConnectAsync())
        {
            await consumer.SendAsync(Requests.Fetch("t", 0, maxWaitMs: (int)Wait.TotalMilliseconds), 12);
            await parked;
        }

        await Eventually.HoldsAsync(() => host.Gateway.ConnectionCount == 0);
    }

    private static async Task<ErrorCode> FetchErrorAsync(TestConnection connection, FetchRequest request, short version)
    {
        request.MaxWaitMs = 3_600_000;
        var response = await connection.AskAsync<FetchRequest, FetchResponse>(request, version);
        return response.Responses[0].Partitions[0].ErrorCode;
    }

    private static async Task ProduceAsync(TestConnection connection, string topic, string value, int partition = 0)
    {
        var response = await connection.AskAsync<ProduceRequest, ProduceResponse>(
            Requests.Produce(topic, Requests.Batch(value), partition: partition), 9);
        Assert.Equal(ErrorCode.None, response.Responses[0].PartitionResponses[0].ErrorCode);
    }
}
