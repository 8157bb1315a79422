using System.Buffers.Binary;
using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;

namespace ActorBroker.Gateway.Tests;

/// <summary>What peers send that they must not: each costs its own connection, and no other.</summary>
public sealed class HostileFrameTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(10_001)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public async Task A_frame_size_out_of_limits_closes_the_connection(int size)
    {
        await using var host = await GatewayHost.StartAsync("socket.request.max.bytes=10000");
        var prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, size);
        await ExpectClosedAsync(host, prefix);
    }

    [Fact]
    public async Task Unknown_apis_and_malformed_headers_and_bodies_close_the_connection()
    {
        await using var host = await GatewayHost.StartAsync();
        await ExpectClosedAsync(host, Frame([0, 99, 0, 0, 0, 0, 0, 1, 255, 255]));
        await ExpectClosedAsync(host, Frame([255, 255, 0, 0, 0, 0, 0, 1, 255, 255]));
        await ExpectClosedAsync(host, Frame([0, 3, 0, 1, 0, 0, 0, 1]));
        await ExpectClosedAsync(host, Frame([0, 3, 0, 1, 0, 0, 0, 1, 127, 255]));
        await ExpectClosedAsync(host, Frame([0, 3, 0, 9, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255]));
        await ExpectClosedAsync(host, Frame([0, 3, 0, 1, 0, 0, 0, 1, 255, 255, 127, 255, 255, 255]));
        await ExpectClosedAsync(host, Frame([0, 0, 0, 9, 0, 0, 0, 1, 255, 255, 0, 0, 0, 255]));
        await ExpectClosedAsync(host, Frame([0, 1, 0, 12, 0, 0, 0, 1, 255, 255, 0, 1, 2, 3]));
    }

    [Fact]
    public async Task Every_truncated_prefix_of_a_request_closes_the_connection_and_harms_no_other()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t");
        using var bystander = await host.ConnectAsync();
        var whole = TestConnection.Encode(Requests.Produce("t", Requests.Batch("x")), 9, 1)[4..];
        for (var length = 8; length < whole.Length; length++)
        {
            await ExpectClosedAsync(host, Frame(whole[..length]));
        }

        var response = await bystander.AskAsync<FetchRequest, FetchResponse>(Requests.Fetch("t", 0), 12);
        Assert.Equal(0, response.Responses[0].Partitions[0].HighWatermark);
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_served()
    {
        await using var host = await GatewayHost.StartAsync();
        using var connection = await host.ConnectAsync();
        foreach (var one in TestConnection.Encode(new MetadataRequest { Topics = [] }, 9, 5))
        {
            await connection.SendRawAsync(new[] { one });
        }

        var response = await connection.ReceiveAsync<MetadataResponse>(9, 5);
        Assert.Single(response.Brokers);
    }

    private static byte[] Frame(byte[] bytes)
    {
        var frame = new byte[bytes.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(frame, bytes.Length);
        bytes.CopyTo(frame, 4);
        return frame;
    }

    private static async Task ExpectClosedAsync(GatewayHost host, byte[] bytes)
    {
        using var connection = await host.ConnectAsync();
        await connection.SendRawAsync(bytes);
        await connection.ExpectClosedAsync();
    }
}
