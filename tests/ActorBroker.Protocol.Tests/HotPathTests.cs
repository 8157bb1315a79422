using ActorBroker.Protocol.HotPath;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Protocol.Tests;

/// <summary>The paths written by hand say the same as the generated codecs.</summary>
public sealed class HotPathTests
{
    public static TheoryData<short> ProduceVersions { get; } = [.. Enumerable.Range(0, 13).Select(v => (short)v)];

    public static TheoryData<short> FetchVersions { get; } = [.. Enumerable.Range(4, 14).Select(v => (short)v)];

    [Theory]
    [MemberData(nameof(ProduceVersions))]
    public void The_produce_reader_sees_what_the_codec_sees(short version)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var body = SpecEncoder.Encode(nameof(ProduceRequest), version, seed);
            var reader = new KafkaReader(body);
            var expected = ProduceRequest.Read(ref reader, version);
            var walk = new ProduceRequestReader(new KafkaReader(body), version);
            Assert.Equal(expected.TransactionalId, walk.TransactionalId);
            Assert.Equal(expected.Acks, walk.Acks);
            Assert.Equal(expected.TimeoutMs, walk.TimeoutMs);
            Assert.Equal(expected.TopicData.Count, walk.TopicCount);
            foreach (var topic in expected.TopicData)
            {
                Assert.True(walk.MoveNextTopic());
                Assert.Equal(topic.Name, walk.TopicName);
                Assert.Equal(topic.PartitionData.Count, walk.PartitionCount);
                foreach (var partition in topic.PartitionData)
                {
                    Assert.True(walk.MoveNextPartition());
                    Assert.Equal(partition.Index, walk.PartitionIndex);
                    Assert.Equal(partition.Records?.Length ?? -1, walk.RecordsLength);
                    var records = body.AsMemory(walk.RecordsOffset, Math.Max(0, walk.RecordsLength));
                    Assert.True(records.Span.SequenceEqual((partition.Records ?? default).Span));
                }

                Assert.False(walk.MoveNextPartition());
            }

            Assert.False(walk.MoveNextTopic());
            Assert.True(walk.Complete);
        }
    }

    [Theory]
    [MemberData(nameof(ProduceVersions))]
    public void A_cut_produce_request_is_not_well_formed(short version)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var body = SpecEncoder.Encode(nameof(ProduceRequest), version, seed);
            Assert.True(ProduceRequestReader.IsWellFormed(new KafkaReader(body), version));
            for (var length = 0; length < body.Length; length++)
            {
                Assert.False(ProduceRequestReader.IsWellFormed(new KafkaReader(body.AsMemory(0, length)), version));
            }

            Assert.False(ProduceRequestReader.IsWellFormed(new KafkaReader((byte[])[.. body, 0]), version));
        }
    }

    [Fact]
    public void The_produce_reader_skips_partitions_that_nobody_visits()
    {
        var body = SpecEncoder.Encode(nameof(ProduceRequest), 9, 3);
        var walk = new ProduceRequestReader(new KafkaReader(body), 9);
        var topics = 0;
        while (walk.MoveNextTopic())
        {
            topics++;
        }

        Assert.Equal(walk.TopicCount, topics);
        Assert.True(walk.Complete);
    }

    [Fact]
    public void Walking_a_produce_request_allocates_nothing()
    {
        using var writer = new KafkaWriter();
        var request = new ProduceRequest { Acks = -1, TimeoutMs = 1000 };
        for (var i = 0; i < 10; i++)
        {
            var topic = new ProduceRequest.TopicProduceData { Name = $"topic-{i}" };
            topic.PartitionData.Add(new() { Index = i, Records = new byte[100] });
            request.TopicData.Add(topic);
        }

        request.Write(writer, 9);
        var frame = writer.WrittenMemory.ToArray();
        Assert.True(ProduceRequestReader.IsWellFormed(new KafkaReader(frame), 9));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var good = ProduceRequestReader.IsWellFormed(new KafkaReader(frame), 9);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(good);
    }

    [Theory]
    [MemberData(nameof(FetchVersions))]
    public void The_fetch_writer_writes_what_the_codec_writes(short version)
    {
        using var spliced = new FetchResponseWriter();
        using var plain = new KafkaWriter();
        for (var seed = 0; seed < 50; seed++)
        {
            var body = SpecEncoder.Encode(nameof(FetchResponse), version, seed);
            var reader = new KafkaReader(body);
            var response = FetchResponse.Read(ref reader, version);
            DropSnapshots(response);
            plain.Reset();
            var size = Frames.WriteResponse(plain, version, 77, response);

            Write(spliced, response, version);
            Assert.Equal(size, spliced.FrameSize);
            var joined = Join(spliced, response);
            Assert.Equal(Convert.ToHexString(plain.WrittenSpan), Convert.ToHexString(joined));
        }
    }

    [Fact]
    public void Broken_promises_about_counts_are_refused()
    {
        using var writer = new FetchResponseWriter();
        writer.Begin(12, 1, 0, ErrorCode.None, 0, topicCount: 1);
        Assert.Throws<ProtocolException>(() => writer.End());
        writer.BeginTopic("t", Guid.Empty, partitionCount: 1);
        Assert.Throws<ProtocolException>(() => writer.End());
        writer.AddPartition(new FetchedPartition(), recordsLength: 0);
        Assert.Throws<ProtocolException>(() => writer.AddPartition(new FetchedPartition(), recordsLength: 0));
        Assert.Throws<ProtocolException>(() => writer.BeginTopic("u", Guid.Empty, partitionCount: 1));
        writer.End();
        Assert.Equal(0, writer.SpliceCount);
        Assert.Equal(writer.FrameSize, writer.Segment(0).Length);
        Assert.Throws<ProtocolException>(() => writer.Begin(3, 1, 0, ErrorCode.None, 0, topicCount: 1));
    }

    private static void Write(FetchResponseWriter writer, FetchResponse response, short version)
    {
        writer.Begin(
            version, 77, response.ThrottleTimeMs, response.ErrorCode, response.SessionId, response.Responses.Count);
        foreach (var topic in response.Responses)
        {
            writer.BeginTopic(topic.Topic, topic.TopicId, topic.Partitions.Count);
            foreach (var partition in topic.Partitions)
            {
                var head = new FetchedPartition
                {
                    Index = partition.PartitionIndex,
                    ErrorCode = partition.ErrorCode,
                    HighWatermark = partition.HighWatermark,
                    LastStableOffset = partition.LastStableOffset,
                    LogStartOffset = partition.LogStartOffset,
                    AbortedTransactions = partition.AbortedTransactions,
                    PreferredReadReplica = partition.PreferredReadReplica,
                    DivergingEpoch = partition.DivergingEpoch,
                    CurrentLeader = partition.CurrentLeader,
                };
                writer.AddPartition(head, partition.Records?.Length ?? -1);
            }
        }

        writer.End(response.NodeEndpoints);
    }

    private static byte[] Join(FetchResponseWriter writer, FetchResponse response)
    {
        var records = response.Responses.SelectMany(topic => topic.Partitions)
            .Where(partition => partition.Records is { Length: > 0 }).Select(partition => partition.Records!.Value)
            .ToList();
        Assert.Equal(records.Count, writer.SpliceCount);
        var joined = new List<byte>();
        for (var i = 0; i < writer.SpliceCount; i++)
        {
            joined.AddRange(writer.Segment(i).Span);
            Assert.Equal(records[i].Length, writer.SpliceLength(i));
            joined.AddRange(records[i].Span);
        }

        joined.AddRange(writer.Segment(writer.SpliceCount).Span);
        return [.. joined];
    }

    // Snapshots are between controllers; the broker's fetch path has none.
    private static void DropSnapshots(FetchResponse response)
    {
        foreach (var partition in response.Responses.SelectMany(topic => topic.Partitions))
        {
            partition.SnapshotId = new FetchResponse.SnapshotId();
        }
    }
}
