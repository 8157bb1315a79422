using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>A commit counts for as long as its partition is the member's, and keeps no other waiting.</summary>
public sealed class OwnershipTests : GroupTest
{
    [Fact]
    public async Task What_waits_to_be_committed_of_a_partition_that_went_is_never_sent()
    {
        Group.Gives = [0];
        Cluster.Append(0, "a", "b");
        var consumer = NewMember(requestTimeout: TimeSpan.FromMilliseconds(300));
        Assert.Equal(2, (await TakeAsync(consumer, 2)).Count);
        Group.Refuse(ApiKey.OffsetCommit, [.. Enumerable.Repeat(ErrorCode.CoordinatorLoadInProgress, 100_000)]);
        var first = consumer.CommitAsync(At(0, 1), Cancel);
        await WaitForAsync(() => Cluster.Brokers[0].CountOf(ApiKey.OffsetCommit) > 1);
        var second = consumer.CommitAsync(At(0, 2), Cancel);

        // The partition goes, and comes back: another member may have had it in between.
        Group.Rebalance(1);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 3);
        Group.Rebalance(0);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 5);
        Group.RefuseNoMore(ApiKey.OffsetCommit);
        foreach (var commit in new[] { first, second })
        {
            var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => commit);
            Assert.Equal(ErrorCode.IllegalGeneration, failure.Code);
        }

        Assert.Empty(Group.Commits);
        await consumer.CommitAsync(At(0, 1), Cancel);
        Assert.Equal(["0:1"], Group.Commits);
    }

    [Fact]
    public async Task A_partition_that_is_gone_fails_at_once_and_alone()
    {
        Cluster.Append(0, "a");
        var consumer = NewMember();
        Assert.Single(await TakeAsync(consumer, 1));
        Group.Missing = 1;
        var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => consumer.CommitAsync(
            new Dictionary<TopicPartition, OffsetAndMetadata> { [Partition(0)] = new(1), [Partition(1)] = new(7) },
            Cancel));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, failure.Code);
        Assert.Equal(["0:1"], Group.Commits);
        Assert.Equal(1, Cluster.Brokers[0].CountOf(ApiKey.OffsetCommit));
    }

    [Fact]
    public async Task What_was_called_for_before_the_end_is_committed_in_the_end()
    {
        Cluster.Append(0, "a");
        var consumer = NewMember();
        Assert.Single(await TakeAsync(consumer, 1));
        Group.Refuse(ApiKey.OffsetCommit, ErrorCode.CoordinatorLoadInProgress, ErrorCode.CoordinatorLoadInProgress);
        var commit = consumer.CommitAsync(Cancel);
        await consumer.DisposeAsync();
        await commit;
        Assert.Contains("0:1", Group.Commits);
    }

    [Fact]
    public async Task A_commit_in_the_handler_beside_the_reader_leaves_out_the_readers_record()
    {
        Cluster.Append(0, "a", "b", "c");
        Consumer<Ignore, string?> consumer = null!;
        consumer = NewMember(handlers: new RebalanceHandlers
        {
            Revoked = async (_, token) => await consumer.CommitAsync(token),
        });
        var seen = new List<long>();
        await foreach (var record in consumer.ReadAllAsync(Cancel))
        {
            seen.Add(record.Offset);
            if (record.Offset == 1)
            {
                // Another closes the consumer while this record is being processed.
                await Task.Run(async () => await consumer.DisposeAsync(), Cancel);
            }
        }

        Assert.Equal([0L, 1], seen);
        Assert.Equal(1, Group.Committed[0]);
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task A_topic_that_grows_is_asked_for_again_when_the_group_gives_more_of_it(GroupProtocol protocol)
    {
        var modern = new FakeConsumerGroup(Cluster, Group);
        (Group.IsLeader, Group.Gives) = (false, [0, 1]);
        Cluster.Append(0, "a");
        var consumer = NewMember(Options with { GroupProtocol = protocol });
        Assert.Single(await TakeAsync(consumer, 1));
        await consumer.CommitAsync(Cancel);
        Cluster.Grow();
        Cluster.Append(2, "b");
        modern.Give(0, 1, 2);
        Group.Rebalance(0, 1, 2);
        Assert.Equal(["2@0:b"], await TakeAsync(consumer, 1));
    }

    private static Dictionary<TopicPartition, OffsetAndMetadata> At(int partition, long offset) =>
        new() { [Partition(partition)] = new OffsetAndMetadata(offset) };
}
