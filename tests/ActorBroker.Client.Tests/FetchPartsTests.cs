using ActorBroker.Client.Consuming;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>The parts of a consumer that need no network: sessions, whole batches, aborted transactions.</summary>
public sealed class FetchPartsTests
{
    private const short Newest = 17;

    private static readonly Guid Id = Guid.NewGuid();
    private readonly AssignedPartition[] _partitions =
        [.. Enumerable.Range(0, 4).Select(i => new AssignedPartition(new TopicPartition("t", i)))];

    [Fact]
    public void A_session_names_everything_once_and_then_what_has_changed()
    {
        var session = new FetchSession();
        var full = session.NewRequest([Target(0, 5), Target(1, 6)], Newest, 100);
        Assert.Equal((0, 0), (full.SessionId, full.SessionEpoch));
        Assert.Equal([0, 1], Named(full));
        session.Answered(new FetchResponse { SessionId = 42 });

        var same = session.NewRequest([Target(0, 5), Target(1, 6)], Newest, 100);
        Assert.Equal((42, 1), (same.SessionId, same.SessionEpoch));
        Assert.Empty(Named(same));
        session.Answered(new FetchResponse { SessionId = 42 });

        var changed = session.NewRequest([Target(0, 7), Target(2, 0)], Newest, 100);
        Assert.Equal(2, changed.SessionEpoch);
        Assert.Equal([0, 2], Named(changed));
        Assert.Equal([1], Assert.Single(changed.ForgottenTopicsData).Partitions);
        Assert.Equal(Id, changed.ForgottenTopicsData[0].TopicId);

        session.Reset();
        Assert.Equal([0, 2], Named(session.NewRequest([Target(0, 7), Target(2, 0)], Newest, 100)));
    }

    [Fact]
    public void A_broker_that_offers_no_session_is_told_everything_each_time_in_turn()
    {
        var session = new FetchSession();
        var firsts = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            var request = session.NewRequest([Target(0, 5), Target(1, 6), Target(2, 7)], Newest, 100);
            Assert.Equal((0, 0), (request.SessionId, request.SessionEpoch));
            Assert.Equal([0, 1, 2], Named(request));
            firsts.Add(request.Topics[0].Partitions[0].Partition);
            session.Answered(new FetchResponse { SessionId = 0 });
        }

        Assert.Equal([0, 1, 2], firsts);
    }

    [Theory]
    [InlineData(12, "t", false)]
    [InlineData(13, "", true)]
    public void Topics_are_named_as_the_version_has_it(short version, string name, bool byId)
    {
        var session = new FetchSession();
        var topic = Assert.Single(session.NewRequest([Target(0, 5)], version, 100).Topics);
        Assert.Equal((name, byId ? Id : Guid.Empty), (topic.Topic, topic.TopicId));
        var answer = new FetchResponse.FetchableTopicResponse { Topic = name, TopicId = topic.TopicId };
        Assert.True(session.TryFind(answer, 0, out var target));
        Assert.Equal(5, target.Offset);
        Assert.False(session.TryFind(answer, 1, out _));
        answer.Topic = "other";
        answer.TopicId = Guid.NewGuid();
        Assert.False(session.TryFind(answer, 0, out _));
    }

    [Fact]
    public void A_topic_that_was_created_anew_opens_another_session()
    {
        var session = new FetchSession();
        session.NewRequest([Target(0, 5)], Newest, 100);
        session.Answered(new FetchResponse { SessionId = 42 });
        var request = session.NewRequest([Target(0, 5) with { TopicId = Guid.NewGuid() }], Newest, 100);
        Assert.Equal((0, 0), (request.SessionId, request.SessionEpoch));
    }

    [Fact]
    public void Whole_batches_are_found_wherever_the_bytes_end()
    {
        var (first, second) = (NewBatch(10, 3), NewBatch(13, 1));
        byte[] both = [.. first, .. second];
        for (var length = 0; length <= both.Length; length++)
        {
            var expected = length == both.Length ? both.Length : length >= first.Length ? first.Length : 0;
            Assert.Equal(expected > 0, WholeBatches.TryFind(both.AsSpan(0, length), 11, out var found));
            Assert.Equal(expected, found.Length);
            Assert.Equal(expected == 0 ? 11 : expected == both.Length ? 14 : 13, found.NextOffset);
        }
    }

    [Fact]
    public void Batches_that_do_not_lead_forward_are_left_out()
    {
        Assert.False(WholeBatches.TryFind(NewBatch(10, 3), 13, out _));
        byte[] backward = [.. NewBatch(10, 3), .. NewBatch(10, 3)];
        Assert.True(WholeBatches.TryFind(backward, 10, out var found));
        Assert.Equal(13, found.NextOffset);
        Assert.False(WholeBatches.TryFind(NewBatch(-5, 9), 0, out _));
        Assert.False(WholeBatches.TryFind(NewBatch(long.MaxValue - 1, 3), 0, out _));
    }

    [Fact]
    public void Random_bytes_are_never_whole_batches_by_more_than_their_length()
    {
        var random = new Random(4711);
        var bytes = new byte[300];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            bytes[16] = 2;
            bytes.AsSpan(8, 3).Clear();
            var length = random.Next(bytes.Length);
            WholeBatches.TryFind(bytes.AsSpan(0, length), 0, out var found);
            Assert.InRange(found.Length, 0, length);
        }
    }

    [Fact]
    public void A_transaction_is_hidden_from_its_first_offset_to_its_abort_marker()
    {
        var aborted = new AbortedTransactions(
            [new() { ProducerId = 2, FirstOffset = 20 }, new() { ProducerId = 1, FirstOffset = 10 }]);
        Assert.False(Hides(aborted, 5, producer: 1));
        Assert.True(Hides(aborted, 10, producer: 1));
        Assert.False(Hides(aborted, 15, producer: 2));
        Assert.True(Hides(aborted, 20, producer: 2));
        Assert.True(HidesMarker(aborted, 25, producer: 1, ControlRecordType.Abort));
        Assert.False(Hides(aborted, 26, producer: 1));
        Assert.True(HidesMarker(aborted, 27, producer: 2, ControlRecordType.Commit));
        Assert.True(Hides(aborted, 28, producer: 2));
    }

    private static bool Hides(AbortedTransactions aborted, long offset, long producer)
    {
        var header = new RecordBatchHeader { BaseOffset = offset, ProducerId = producer, Attributes = 0x10 };
        return aborted.Hides([], header);
    }

    private static bool HidesMarker(AbortedTransactions aborted, long offset, long producer, ControlRecordType type)
    {
        using var builder = new RecordBatchBuilder();
        var batch = new TransactionMarker(type, 0).Build(builder, producer, 0, 1).ToArray();
        RecordBatch.SetBaseOffset(batch, offset);
        Assert.True(RecordBatchHeader.TryRead(batch, out var header));
        return aborted.Hides(batch, header);
    }

    private static byte[] NewBatch(long baseOffset, int records)
    {
        using var builder = new RecordBatchBuilder();
        for (var i = 0; i < records; i++)
        {
            builder.Append(1, null, new byte[5]);
        }

        var batch = builder.Build(RecordBatchOptions.Default).ToArray();
        RecordBatch.SetBaseOffset(batch, baseOffset);
        return batch;
    }

    private static int[] Named(FetchRequest request) =>
        [.. request.Topics.SelectMany(topic => topic.Partitions).Select(each => each.Partition).Order()];

    private FetchTarget Target(int partition, long offset) => new(_partitions[partition], 0, Id, 3, offset);
}
