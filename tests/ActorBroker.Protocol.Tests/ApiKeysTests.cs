using ActorBroker.Protocol.Messages;

namespace ActorBroker.Protocol.Tests;

/// <summary>The API table and the headers.</summary>
public sealed class ApiKeysTests
{
    [Fact]
    public void Every_api_that_clients_use_has_messages()
    {
        var missing = Enum.GetValues<ApiKey>().Where(key => ApiKeys.Find((short)key) is null).Select(key => (int)key);
        Assert.Equal(
            [4, 5, 6, 7, 27, 52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73, 82, 83, 84, 85, 86, 87], missing);
        Assert.Equal(66, ApiKeys.All.Count);
        Assert.Null(ApiKeys.Find(-1));
        Assert.Null(ApiKeys.Find(1000));
        Assert.Throws<ProtocolException>(() => ApiKeys.Get(ApiKey.Vote));
    }

    [Fact]
    public void Requests_and_responses_have_the_same_versions() =>
        Assert.All(ApiKeys.All, api => Assert.Equal(api.Request.Versions, api.Response.Versions));

    [Theory]
    [InlineData(ApiKey.Produce, 8, 1, 0)]
    [InlineData(ApiKey.Produce, 9, 2, 1)]
    [InlineData(ApiKey.ApiVersions, 2, 1, 0)]
    [InlineData(ApiKey.ApiVersions, 4, 2, 0)]
    [InlineData(ApiKey.SaslHandshake, 1, 1, 0)]
    [InlineData(ApiKey.DescribeCluster, 0, 2, 1)]
    [InlineData(ApiKey.OffsetDelete, 0, 1, 0)]
    public void Header_versions_follow_flexibility(ApiKey key, short version, short request, short response)
    {
        var api = ApiKeys.Get(key);
        Assert.Equal(request, api.RequestHeaderVersion(version));
        Assert.Equal(response, api.ResponseHeaderVersion(version));
    }

    [Theory]
    [InlineData(1000, 0)]
    [InlineData(3, 99)]
    public void The_header_of_an_unknown_api_or_version_still_tells_whom_to_answer(short key, short version)
    {
        using var writer = new KafkaWriter();
        new RequestHeader(key, version, 42, "c").Write(writer, 1);
        var reader = new KafkaReader(writer.WrittenMemory);
        var header = RequestHeader.Read(ref reader);
        Assert.Equal(new RequestHeader(key, version, 42, null), header);
        Assert.False(reader.Faulted);
        Assert.Equal(RequestHeader.FixedSize, reader.Position);
    }

    [Fact]
    public void A_flexible_header_keeps_the_short_client_id_and_skips_tags()
    {
        var bytes = Convert.FromHexString("0003000c0000000500026331" + "01" + "09" + "01" + "ff" + "2a");
        var reader = new KafkaReader(bytes);
        Assert.Equal(new RequestHeader(3, 12, 5, "c1"), RequestHeader.Read(ref reader));
        Assert.Equal(0x2a, reader.ReadInt8());
        Assert.True(reader.Complete);
    }

    [Theory]
    [InlineData("00000000", false)]
    [InlineData("ffffffff", false)]
    [InlineData("00000001", true)]
    [InlineData("00000064", true)]
    [InlineData("00000065", false)]
    [InlineData("474554202f", false)]
    public void A_frame_size_that_is_not_sane_is_refused(string hex, bool good) =>
        Assert.Equal(good, Frames.TryReadSize(Convert.FromHexString(hex), 100, out _));

    [Fact]
    public void A_request_frame_is_its_size_header_and_body()
    {
        using var writer = new KafkaWriter();
        var size = Frames.WriteRequest(
            writer, 3, 1, "c1", new ApiVersionsRequest { ClientSoftwareName = "lib", ClientSoftwareVersion = "1.0" });
        Assert.Equal(writer.Length, size);
        Assert.Equal(
            "0000001600120003000000010002633100046c696204312e3000", Convert.ToHexStringLower(writer.WrittenSpan));
    }
}
