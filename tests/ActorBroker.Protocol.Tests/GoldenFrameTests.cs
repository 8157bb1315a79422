namespace ActorBroker.Protocol.Tests;

/// <summary>Whole frames as other implementations write them: they decode, and encode to the same bytes.</summary>
public sealed class GoldenFrameTests
{
    public static TheoryData<string, int, string> Requests { get; } = new()
    {
        // ApiVersions v3 request, correlation 1: ClientSoftwareName "lib" ClientSoftwareVersion "1.0"
        {
            "ApiVersions", 3,
            "0000001600120003000000010002633100046c696204312e3000"
        },
        // SaslHandshake v1 request, correlation 2: "PLAIN"
        {
            "SaslHandshake", 1,
            "000000130011000100000002000263310005504c41494e"
        },
        // SaslAuthenticate v2 request, correlation 3: PLAIN token NUL u NUL p
        {
            "SaslAuthenticate", 2,
            "0000001300240002000000030002633100050075007000"
        },
        // Metadata v1 request, correlation 4: all topics (null)
        {
            "Metadata", 1,
            "00000010000300010000000400026331ffffffff"
        },
        // Metadata v12 request, correlation 5: topic "t", AllowAutoTopicCreation false
        {
            "Metadata", 12,
            "000000240003000c0000000500026331000200000000000000000000000000000000027400000000"
        },
        // Produce v9 request, correlation 6: acks -1, timeout 1000, topic "t" partition 0, one record key/value
        {
            "Produce", 9,
            "0000006c0000000900000006000263310000ffff000003e802027402000000004d000000000000000000000040ffffff" +
            "ff02db5e9cdd0000000000000000018bcfe568000000018bcfe56800ffffffffffffffffffffffffffff000000011c00" +
            "0000066b65790a76616c756500000000"
        },
        // Fetch v4 request, correlation 7: consumer, 500 ms, min 1, topic "t" partition 0 offset 42
        {
            "Fetch", 4,
            "00000038000100040000000700026331ffffffff000001f4000000010320000000000000010001740000000100000000" +
            "000000000000002a00100000"
        },
        // FindCoordinator v4 request, correlation 9: group "g"
        {
            "FindCoordinator", 4,
            "00000012000a00040000000900026331000002026700"
        },
    };

    public static TheoryData<string, int, string> Responses { get; } = new()
    {
        // ApiVersions v3 response, correlation 1: Produce 0-11, ApiVersions 0-4 (header v0: no tag section after
        // the correlation id)
        {
            "ApiVersions", 3,
            "0000001a0000000100000300000000000b00001200000004000000000000"
        },
        // ApiVersions fallback response in v0 layout, correlation 1: error 35, ApiVersions 0-4
        {
            "ApiVersions", 0,
            "0000001000000001002300000001001200000004"
        },
        // Metadata v12 response, correlation 5: broker 0 at h:9092, cluster "c", controller 0, topic "t" partition
        // 0 led by 0 epoch 0
        {
            "Metadata", 12,
            "000000530000000500000000000200000000026800002384000002630000000002000002741111222233334444555566" +
            "667777888800020000000000000000000000000000020000000002000000000100800000000000"
        },
        // Produce v10 response, correlation 6: NOT_LEADER_OR_FOLLOWER with CurrentLeader 2 epoch 5 and its
        // endpoint (both tagged)
        {
            "Produce", 10,
            "0000004b000000060002027402000000000006ffffffffffffffffffffffffffffffffffffffffffffffff0100010009" +
            "000000020000000500000000000001000e0200000002036832000023840000"
        },
        // Fetch v13 response, correlation 8: session 0, topic id, partition 0, high watermark 1, one batch
        {
            "Fetch", 13,
            "000000940000000800000000000000000000000211112222333344445555666677778888020000000000000000000000" +
            "0000010000000000000001000000000000000000ffffffff4d000000000000000000000040ffffffff02db5e9cdd0000" +
            "000000000000018bcfe568000000018bcfe56800ffffffffffffffffffffffffffff000000011c000000066b65790a76" +
            "616c756500000000"
        },
        // JoinGroup v9 response, correlation 10: MEMBER_ID_REQUIRED, member "m-1"
        {
            "JoinGroup", 9,
            "000000190000000a0000000000004fffffffff00000100046d2d310100"
        },
        // ConsumerGroupHeartbeat v0 response, correlation 11: member "m" epoch 1, interval 5000, assignment: one
        // topic id, partition 0
        {
            "ConsumerGroupHeartbeat", 0,
            "000000300000000b0000000000000000026d000000010000138801021111222233334444555566667777888802000000" +
            "00000000"
        },
        // ConsumerGroupHeartbeat v0 response, correlation 12: same, assignment null
        {
            "ConsumerGroupHeartbeat", 0,
            "000000180000000c0000000000000000026d0000000100001388ff00"
        },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_frame_decodes_and_encodes_to_the_same_bytes(string name, int version, string hex)
    {
        var frame = Convert.FromHexString(hex);
        Assert.True(Frames.TryReadSize(frame, Frames.SizeMaxDefault, out var size));
        Assert.Equal(frame.Length, size + Frames.PrefixSize);
        var reader = new KafkaReader(frame.AsMemory(Frames.PrefixSize));
        var header = RequestHeader.Read(ref reader);
        Assert.Equal(name, ((ApiKey)header.ApiKey).ToString());
        Assert.Equal(version, header.ApiVersion);
        Assert.Equal("c1", header.ClientId);

        var api = ApiKeys.Get((ApiKey)header.ApiKey);
        var body = api.Request.Read(ref reader, header.ApiVersion);
        Assert.True(reader.Complete);

        using var writer = new KafkaWriter();
        writer.WriteInt32(size);
        header.Write(writer, api.RequestHeaderVersion(header.ApiVersion));
        body.Write(writer, header.ApiVersion);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.WrittenSpan));
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public void A_response_frame_decodes_and_encodes_to_the_same_bytes(string name, int version, string hex)
    {
        var frame = Convert.FromHexString(hex);
        var api = ApiKeys.Get(Enum.Parse<ApiKey>(name));
        var headerVersion = api.ResponseHeaderVersion((short)version);
        var reader = new KafkaReader(frame.AsMemory(Frames.PrefixSize));
        var header = ResponseHeader.Read(ref reader, headerVersion);
        var body = api.Response.Read(ref reader, (short)version);
        Assert.True(reader.Complete);

        using var writer = new KafkaWriter();
        var size = Frames.WriteResponse(writer, headerVersion, (short)version, header.CorrelationId, body);
        Assert.Equal(frame.Length, size);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.WrittenSpan));
    }
}
