using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>Records in and out, over a real socket and a real log.</summary>
public sealed class ProduceFetchTests
{
    [Fact]
    public async Task Records_come_out_of_every_fetch_version_as_every_produce_version_put_them_in()
    {
        await using var host = await GatewayHost.StartAsync();
        var id = await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        for (short version = 3; version <= 12; version++)
        {
            var acks = (short)(version % 2 == 0 ? 1 : -1);
            var produced = await connection.AskAsync<ProduceRequest, ProduceResponse>(
                Requests.Produce("t", Requests.Batch($"v{version}"), acks), version);
            var row = produced.Responses[0].PartitionResponses[0];
            Assert.Equal((ErrorCode.None, version - 3), (row.ErrorCode, (int)row.BaseOffset));
        }

        for (short version = 4; version <= 17; version++)
        {
            var fetched = await connection.AskAsync<FetchRequest, FetchResponse>(Requests.Fetch("t", 0, id), version);
            var partition = fetched.Responses[0].Partitions[0];
            Assert.Equal(ErrorCode.None, partition.ErrorCode);
            Assert.Equal(10, partition.HighWatermark);
            Assert.Equal(Enumerable.Range(3, 10).Select(number => $"v{number}"), Requests.Values(partition));
        }
    }

    [Fact]
    public async Task Large_records_leave_from_their_file_and_small_ones_with_the_frame_in_one_response()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t", partitions: 3);
        using var connection = await host.ConnectAsync();
        var large = new string('x', 300_000);
        foreach (var (partition, value) in new[] { (0, large), (1, "small"), (2, large + "y") })
        {
            await connection.AskAsync<ProduceRequest, ProduceResponse>(
                Requests.Produce("t", Requests.Batch(value), partition: partition), 9);
        }

        var fetched = await connection.AskAsync<FetchRequest, FetchResponse>(
            Requests.Fetch("t", 0, partitions: [0, 1, 2]), 12);
        Assert.Equal(
            [large, "small", large + "y"],
            fetched.Responses[0].Partitions.SelectMany(Requests.Values));
    }

    [Fact]
    public async Task Pipelined_produces_are_appended_and_answered_in_order()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        const int count = 200;
        var frames = Enumerable.Range(1, count).SelectMany(
            number => TestConnection.Encode(Requests.Produce("t", Requests.Batch($"{number}")), 9, number)).ToArray();
        await connection.SendRawAsync(frames);
        for (var number = 1; number <= count; number++)
        {
            var response = await connection.ReceiveAsync<ProduceResponse>(9, number);
            Assert.Equal(number - 1, response.Responses[0].PartitionResponses[0].BaseOffset);
        }
    }

    [Fact]
    public async Task Requests_of_different_kinds_that_are_pipelined_are_answered_in_order()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        byte[] frames =
        [
            .. TestConnection.Encode(Requests.Produce("t", Requests.Batch("a")), 9, 1),
            .. TestConnection.Encode(Requests.Fetch("t", 0), 12, 2),
            .. TestConnection.Encode(Requests.Produce("t", Requests.Batch("b")), 9, 3),
            .. TestConnection.Encode(new MetadataRequest { Topics = [] }, 9, 4),
        ];
        await connection.SendRawAsync(frames);
        await connection.ReceiveAsync<ProduceResponse>(9, 1);
        var fetched = await connection.ReceiveAsync<FetchResponse>(12, 2);
        Assert.Equal(["a"], Requests.Values(fetched.Responses[0].Partitions[0]));
        await connection.ReceiveAsync<ProduceResponse>(9, 3);
        await connection.ReceiveAsync<MetadataResponse>(9, 4);
    }

    [Fact]
    public async Task Acks_zero_has_no_response_and_its_failure_closes_only_that_connection()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        using var other = await host.ConnectAsync();
        using var connection = await host.ConnectAsync();
        await connection.SendAsync(Requests.Produce("t", Requests.Batch("quiet"), acks: 0), 9);
        var next = await connection.AskAsync<FetchRequest, FetchResponse>(
            Requests.Fetch("t", 0, maxWaitMs: 30_000), 12);
        Assert.Equal(["quiet"], Requests.Values(next.Responses[0].Partitions[0]));

        await connection.SendAsync(Requests.Produce("absent", Requests.Batch("x"), acks: 0), 9);
        await connection.ExpectClosedAsync();
        await other.AskAsync<MetadataRequest, MetadataResponse>(new() { Topics = [] }, 9);
    }

    [Fact]
    public async Task Refused_batches_are_answered_partition_by_partition_with_the_right_code()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        var damaged = Requests.Batch("x");
        damaged[^1] ^= 1;
        Assert.Equal(ErrorCode.CorruptMessage, await ProduceAsync(connection, "t", damaged));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ProduceAsync(connection, "absent", Requests.Batch("x")));
        Assert.Equal(
            ErrorCode.UnknownTopicOrPartition, await ProduceAsync(connection, "t", Requests.Batch("x"), partition: 9));
        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync(connection, "t", Requests.Batch("x"), version: 2));
        Assert.Equal(ErrorCode.InvalidRequiredAcks, await ProduceAsync(connection, "t", Requests.Batch("x"), acks: 5));
        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync(connection, "t", []));
        Assert.Equal(ErrorCode.None, await ProduceAsync(connection, "t", Requests.Batch("x")));
    }

    private static async Task<ErrorCode> ProduceAsync(
        TestConnection connection, string topic, byte[] batch, int partition = 0, short version = 9, short acks = -1)
    {
        var response = await connection.AskAsync<ProduceRequest, ProduceResponse>(
            Requests.Produce(topic, batch, acks, partition), version);
        return response.Responses[0].PartitionResponses[0].ErrorCode;
    }
}
