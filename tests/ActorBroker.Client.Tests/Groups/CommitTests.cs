using System.Globalization;
using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>What is committed, when, and in which order.</summary>
public sealed class CommitTests : GroupTest
{
    private static readonly ConsumerOptions AutoCommit = Options with
    {
        EnableAutoCommit = true,
        AutoCommitInterval = TimeSpan.FromMilliseconds(10),
    };

    private static readonly ConsumerOptions AutoCommitAtTheEnd = AutoCommit with
    {
        AutoCommitInterval = TimeSpan.FromHours(1),
    };

    [Fact]
    public async Task Auto_commit_leaves_out_the_record_that_is_being_processed()
    {
        Cluster.Append(0, "a", "b", "c");
        var consumer = NewMember(AutoCommit);
        var expected = new Queue<long>([0, 1, 2]);
        await foreach (var record in consumer.ReadAllAsync(Cancel).Take(3))
        {
            var processed = expected.Dequeue();
            if (processed > 0)
            {
                await WaitForAsync(() => Group.Committed.GetValueOrDefault(0) == processed);
            }

            Assert.Equal(processed, record.Offset);
        }

        Assert.Equal(2, Group.Committed[0]);
        await consumer.DisposeAsync();
        Assert.Equal(2, Group.Committed[0]);
    }

    [Fact]
    public async Task A_record_that_failed_is_read_again_after_a_restart()
    {
        Cluster.Append(0, "a", "b");
        var consumer = NewMember(AutoCommitAtTheEnd);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var record in consumer.ReadAllAsync(Cancel))
            {
                _ = record.Offset == 1 ? throw new InvalidOperationException() : 0;
            }
        });
        await consumer.DisposeAsync();
        Assert.Equal(["0@1:b"], await TakeAsync(NewMember(AutoCommitAtTheEnd), 1));
    }

    [Fact]
    public async Task The_newest_record_is_committed_where_it_is_said_to_be_processed()
    {
        Cluster.Append(0, "a", "b");
        var consumer = NewMember(AutoCommitAtTheEnd);
        await foreach (var record in consumer.ReadAllAsync(Cancel).Take(2))
        {
            consumer.StoreOffset(record);
        }

        await consumer.DisposeAsync();
        Assert.Equal(["0:2"], Group.Commits.Where(each => each.StartsWith("0:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Only_what_was_stored_is_committed_where_storing_is_the_users()
    {
        Cluster.Append(0, "a", "b", "c");
        var consumer = NewMember(AutoCommitAtTheEnd with { EnableAutoOffsetStore = false });
        await foreach (var record in consumer.ReadAllAsync(Cancel).Take(3))
        {
            if (record.Offset == 1)
            {
                consumer.StoreOffset(record);
            }
        }

        await consumer.CommitAsync(Cancel);
        Assert.Equal(["0:2"], Group.Commits);
        await consumer.DisposeAsync();
        Assert.Equal(["0:2"], Group.Commits);
    }

    [Fact]
    public async Task A_poll_is_committed_as_a_whole_when_the_next_one_begins()
    {
        Cluster.Append(0, "a", "b", "c");
        var consumer = NewMember(AutoCommit with { MaxPollRecords = 2 });
        var first = await PollSomeAsync(consumer);
        Assert.Equal([0L, 1], first.Select(each => each.Offset));
        Assert.DoesNotContain("0:2", Group.Commits);
        var second = await PollSomeAsync(consumer);
        Assert.Equal([2L], second.Select(each => each.Offset));
        await WaitForAsync(() => Group.Committed.GetValueOrDefault(0) == 2);
        Assert.Empty(await consumer.PollAsync(TimeSpan.Zero, Cancel));
        await WaitForAsync(() => Group.Committed.GetValueOrDefault(0) == 3);
    }

    [Fact]
    public async Task Committing_takes_the_newest_record_in()
    {
        Cluster.Append(0, "a", "b");
        var consumer = NewMember();
        await foreach (var record in consumer.ReadAllAsync(Cancel).Take(2))
        {
            await consumer.CommitAsync(Cancel);
            Assert.Equal(record.Offset + 1, Group.Committed[0]);
        }

        await consumer.CommitAsync(Cancel);
        Assert.Equal(2, Group.Commits.Count(each => each.StartsWith("0:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Auto_commit_does_not_take_back_what_was_committed_by_hand()
    {
        Cluster.Append(0, "a", "b", "c");
        var consumer = NewMember(AutoCommitAtTheEnd);
        Assert.Equal(3, (await PollSomeAsync(consumer)).Count);
        await consumer.CommitAsync(Cancel);
        Assert.Equal(3, Group.Committed[0]);
        await consumer.DisposeAsync();
        Assert.Equal(3, Group.Committed[0]);

        Cluster.Append(0, "d", "e", "f");
        var next = NewMember(AutoCommitAtTheEnd);
        await next.CommitAsync((await PollSomeAsync(next))[1], Cancel);
        await next.DisposeAsync();
        Assert.Equal(5, Group.Committed[0]);
    }

    [Fact]
    public async Task Commits_that_nobody_awaits_take_effect_in_order()
    {
        var consumer = NewMember();
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Group.Refuse(ApiKey.OffsetCommit, ErrorCode.CoordinatorLoadInProgress, ErrorCode.NotCoordinator);
        List<Task> commits = [.. Enumerable.Range(1, 100).Select(each => consumer.CommitAsync(
            new Dictionary<TopicPartition, OffsetAndMetadata> { [Partition(0)] = new(each) }, Cancel))];
        await Task.WhenAll(commits);
        var offsets = Group.Commits.Select(each => int.Parse(each.AsSpan(2), CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(offsets.Order(), offsets);
        Assert.Equal(100, Group.Committed[0]);
    }

    [Theory]
    [InlineData(ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ErrorCode.NotCoordinator)]
    public async Task What_passes_is_waited_out(ErrorCode code)
    {
        var consumer = NewMember();
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Group.Refuse(ApiKey.OffsetCommit, code, code);
        await consumer.CommitAsync(
            new Dictionary<TopicPartition, OffsetAndMetadata> { [Partition(1)] = new(7, 2, "note") }, Cancel);
        Assert.Equal(["1:7"], Group.Commits);
        var committed = await consumer.CommittedAsync([Partition(0), Partition(1)], Cancel);
        Assert.Null(committed[Partition(0)]);
        Assert.Equal(7, committed[Partition(1)]!.Value.Offset);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownMemberId)]
    [InlineData(ErrorCode.IllegalGeneration)]
    [InlineData(ErrorCode.RebalanceInProgress)]
    [InlineData(ErrorCode.FencedInstanceId)]
    [InlineData(ErrorCode.OffsetMetadataTooLarge)]
    [InlineData(ErrorCode.GroupAuthorizationFailed)]
    public async Task What_does_not_pass_is_told_to_who_committed(ErrorCode code)
    {
        Cluster.Append(0, "a");
        var consumer = NewMember();
        Assert.Single(await TakeAsync(consumer, 1));
        Group.Refuse(ApiKey.OffsetCommit, code);
        var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => consumer.CommitAsync(Cancel));
        Assert.Equal(code, failure.Code);
    }

    [Fact]
    public async Task Commits_made_while_partitions_are_given_up_count()
    {
        Cluster.Append(0, "a");
        Consumer<Ignore, string?>? consumer = null;
        var handlers = Log.Handlers with
        {
            Revoked = async (_, token) => await consumer!.CommitAsync(token),
        };
        consumer = NewMember(null, handlers);
        Assert.Single(await TakeAsync(consumer, 1));
        Group.Rebalance(1);
        await ReadUntilAsync(consumer, () => Group.Generation == 2);
        Assert.Equal(1, Group.Committed[0]);
    }

    [Fact]
    public async Task Auto_commit_commits_before_partitions_are_given_up()
    {
        Cluster.Append(0, "a");
        var consumer = NewMember(AutoCommitAtTheEnd);
        Assert.Single(await TakeAsync(consumer, 1));
        Group.Rebalance(1);
        await ReadUntilAsync(consumer, () => Group.Generation == 2);
        Assert.Equal(1, Group.Committed[0]);
    }

    [Fact]
    public async Task Reading_goes_on_where_the_group_left_off_or_where_a_handler_sought()
    {
        Cluster.Append(0, "a", "b", "c");
        Cluster.Append(1, "x", "y");
        Group.Committed[0] = 2;
        Consumer<Ignore, string?>? consumer = null;
        consumer = NewMember(null, new RebalanceHandlers
        {
            Assigned = (_, _) =>
            {
                consumer!.Seek(Partition(1), StartPosition.At(1));
                return ValueTask.CompletedTask;
            },
        });
        Assert.Equal(["0@2:c", "1@1:y"], (await TakeAsync(consumer, 2)).Order());
    }

    [Fact]
    public async Task Without_a_committed_offset_and_a_policy_the_reader_is_told_and_may_seek()
    {
        Cluster.Append(0, "a", "b");
        Group.Gives = [0];
        var consumer = NewMember(Options with { AutoOffsetReset = AutoOffsetReset.None });
        var failure = await Assert.ThrowsAsync<NoCommittedOffsetException>(() => TakeAsync(consumer, 1));
        Assert.Equal(Partition(0), failure.TopicPartition);
        consumer.Seek(Partition(0), StartPosition.At(1));
        Assert.Equal(["0@1:b"], await TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task A_consumer_with_partitions_of_its_own_commits_and_goes_on_too()
    {
        Cluster.Append(0, "a", "b");
        var consumer = NewConsumer();
        consumer.Assign(Partition(0), StartPosition.Committed);
        Assert.Equal(["0@0:a"], await TakeAsync(consumer, 1));
        await consumer.CommitAsync(Cancel);
        Assert.Empty(Group.Joins);
        var next = NewConsumer();
        next.Assign(Partition(0), StartPosition.Committed);
        Assert.Equal(["0@1:b"], await TakeAsync(next, 1));
        var alone = NewConsumer(new ConsumerOptions());
        Assert.Throws<InvalidOperationException>(() => alone.Assign(Partition(0), StartPosition.Committed));
    }

    [Fact]
    public async Task The_coordinator_is_looked_for_again_when_it_moves()
    {
        await using var cluster = new LogCluster(brokers: 2);
        var group = new FakeGroup(cluster);
        cluster.Append(0, "a", "b");
        await using var client = cluster.NewClient();
        await using var consumer = ConsumerTests.NewConsumer(client, Options);
        consumer.Subscribe([LogCluster.Topic]);
        Assert.Single(await TakeAsync(consumer, 1));
        group.Coordinator = cluster.Brokers[1];
        await consumer.CommitAsync(Cancel);
        Assert.Equal(1, group.Committed[0]);
        Assert.Equal(["0@1:b"], await TakeAsync(consumer, 1));
        await WaitForAsync(() => cluster.Brokers[1].CountOf(ApiKey.Heartbeat) > 0);
    }

    private static async Task<IReadOnlyList<ConsumeResult<Ignore, string?>>> PollSomeAsync(
        Consumer<Ignore, string?> consumer)
    {
        while (true)
        {
            if (await consumer.PollAsync(TimeSpan.FromSeconds(10), Cancel) is { Count: > 0 } records)
            {
                return records;
            }
        }
    }
}
