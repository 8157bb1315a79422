using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Protocol.Tests;

/// <summary>What a version cannot carry, what it drops, and what a message has before anybody sets a field.</summary>
public sealed class MessageRuleTests
{
    [Fact]
    public void A_set_field_that_the_version_lacks_is_refused()
    {
        var request = new FetchRequest { ReplicaState = new() { ReplicaId = 3 } };
        var mistake = Assert.Throws<ProtocolException>(() => Write(request, 14));
        Assert.Contains("FetchRequest.ReplicaState", mistake.Message, StringComparison.Ordinal);
        Assert.Contains("14", mistake.Message, StringComparison.Ordinal);
        Write(request, 15);
    }

    [Fact]
    public void An_ignorable_field_is_dropped_where_the_version_lacks_it()
    {
        var with = Write(new FetchRequest { RackId = "r" }, 10);
        var without = Write(new FetchRequest(), 10);
        Assert.Equal(without, with);
    }

    [Fact]
    public void A_null_that_the_version_does_not_allow_is_refused()
    {
        var request = new MetadataRequest { Topics = null };
        Assert.Throws<ProtocolException>(() => Write(request, 0));
        Assert.Equal([0xff, 0xff, 0xff, 0xff], Write(request, 1));
    }

    [Fact]
    public void A_version_that_does_not_exist_is_refused()
    {
        Assert.Throws<ProtocolException>(() => Write(new FetchRequest(), 18));
        Assert.Throws<ProtocolException>(() => Write(new FetchRequest(), -1));
        Assert.Throws<ProtocolException>(() =>
        {
            var reader = new KafkaReader(new byte[10]);
            FetchRequest.Read(ref reader, 18);
        });
    }

    [Fact]
    public void Fields_have_the_defaults_of_the_protocol()
    {
        var fetch = new FetchRequest();
        Assert.Equal(-1, fetch.ReplicaId);
        Assert.Equal(int.MaxValue, fetch.MaxBytes);
        Assert.Empty(fetch.Topics);
        Assert.True(new MetadataRequest().AllowAutoTopicCreation);
        Assert.Null(new ProduceRequest().TransactionalId);
        Assert.Equal(ErrorCode.None, new ProduceResponse.PartitionProduceResponse().ErrorCode);
        Assert.Equal(int.MinValue, new MetadataResponse().ClusterAuthorizedOperations);
    }

    [Fact]
    public void Metadata_v13_ends_with_the_error_of_the_whole_request()
    {
        var v13 = Write(new MetadataResponse { ErrorCode = ErrorCode.RequestTimedOut }, 13);
        var v12 = Write(new MetadataResponse { ErrorCode = ErrorCode.RequestTimedOut }, 12);
        Assert.Equal([.. v12[..^1], 0, 7, 0], v13);
    }

    [Fact]
    public void DescribeCluster_v2_says_which_brokers_are_fenced()
    {
        var response = new DescribeClusterResponse { ClusterId = "c" };
        response.Brokers.Add(new() { BrokerId = 1, Host = "h", Port = 9092, IsFenced = true });
        var reader = new KafkaReader(Write(response, 2));
        Assert.True(DescribeClusterResponse.Read(ref reader, 2).Brokers[0].IsFenced);
        Assert.True(reader.Complete);
        Assert.Throws<ProtocolException>(() => Write(response, 1));
    }

    [Fact]
    public void Unknown_tagged_fields_of_a_newer_peer_are_skipped()
    {
        // A Metadata v9 request for all topics; its tag section holds tag 5 with three bytes.
        var body = Convert.FromHexString("00" + "01" + "00" + "00" + "01" + "05" + "03" + "aabbcc");
        var reader = new KafkaReader(body);
        var request = MetadataRequest.Read(ref reader, 9);
        Assert.True(reader.Complete);
        Assert.Null(request.Topics);
        Assert.True(request.AllowAutoTopicCreation);
    }

    [Fact]
    public void A_tagged_field_whose_size_lies_faults()
    {
        // Fetch v15 replica state (tag 1) needs 13 bytes; the size says 14.
        var good = Write(new FetchRequest { ReplicaState = new() { ReplicaId = 1, ReplicaEpoch = 2 } }, 15);
        var bad = (byte[])[.. good[..^14], 14, .. good[^13..], 0];
        var reader = new KafkaReader(bad);
        FetchRequest.Read(ref reader, 15);
        Assert.True(reader.Faulted);
    }

    private static byte[] Write(IApiMessage message, short version)
    {
        using var writer = new KafkaWriter();
        message.Write(writer, version);
        return writer.WrittenMemory.ToArray();
    }
}
