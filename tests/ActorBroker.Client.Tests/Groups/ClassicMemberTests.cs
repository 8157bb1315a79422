using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>A member of a classic group, through joins, rebalances and losses.</summary>
public sealed class ClassicMemberTests : GroupTest
{
    [Fact]
    public async Task A_member_joins_when_it_is_read_and_gets_its_id_first()
    {
        Cluster.Append(0, "a");
        Cluster.Append(1, "b");
        var consumer = NewMember();
        Assert.Empty(Group.Joins);
        Assert.Equal(["0@0:a", "1@0:b"], (await TakeAsync(consumer, 2)).Order());

        Assert.Equal(["", "member-1"], Group.Joins.Select(each => each.MemberId));
        Assert.Equal(["assigned 0 1"], Log.Events);
        Assert.Equal([Partition(0), Partition(1)], consumer.Assignment.OrderBy(each => each.Partition));
        Assert.Equal(new GroupMetadata(FakeGroup.Name, 1, "member-1", null), consumer.GroupMetadata);
        Assert.Equal(["t"], consumer.Subscription);
    }

    [Fact]
    public async Task An_eager_member_gives_everything_up_before_it_joins_again()
    {
        var consumer = NewMember();
        Group.Gives = [0, 1];
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Group.Rebalance(1);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 3);
        Assert.Equal(["assigned 0 1", "revoked 0 1", "assigned 1"], Log.Events);
        Assert.Equal([Partition(1)], consumer.Assignment);
    }

    [Fact]
    public async Task A_cooperative_member_gives_up_only_what_moves_and_then_joins_again()
    {
        var consumer = NewMember(Cooperative);
        Group.Gives = [0, 1];
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Group.Rebalance(1);
        await ReadUntilAsync(consumer, () => Group.Generation == 3);
        Assert.Equal(["assigned 0 1", "revoked 0"], Log.Events);
        Assert.Equal([Partition(1)], consumer.Assignment);
    }

    [Fact]
    public async Task A_cooperative_member_reads_on_while_a_join_waits_for_the_others()
    {
        var consumer = NewMember(Cooperative);
        await ReadUntilAsync(consumer, () => consumer.Assignment.Count == 2);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Group.HoldJoins = held.Task;
        Group.Rebalance();
        await ReadUntilAsync(consumer, () => Group.WaitingJoins > 0);
        Cluster.Append(0, "meanwhile");
        Assert.Equal(["0@0:meanwhile"], await TakeAsync(consumer, 1));

        // A commit is taken, and one that the coordinator does not want yet waits for the end of the rebalance.
        await consumer.CommitAsync(Cancel);
        Assert.Equal(1, Group.Committed[0]);
        Group.Refuse(ApiKey.OffsetCommit, ErrorCode.RebalanceInProgress, ErrorCode.RebalanceInProgress);
        await consumer.CommitAsync(
            new Dictionary<TopicPartition, OffsetAndMetadata> { [Partition(1)] = new(0) }, Cancel);
        held.SetResult();
        await ReadUntilAsync(consumer, () => Group.Generation == 2);
        Assert.Equal(["assigned 0 1"], Log.Events);
    }

    [Theory]
    [InlineData(ApiKey.Heartbeat, ErrorCode.UnknownMemberId)]
    [InlineData(ApiKey.Heartbeat, ErrorCode.IllegalGeneration)]
    public async Task A_member_that_the_group_does_not_know_loses_everything_and_joins_again(ApiKey api, ErrorCode code)
    {
        var consumer = NewMember();
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Group.Refuse(api, code);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 3);
        Assert.Equal(["assigned 0 1", "lost 0 1", "assigned 0 1"], Log.Events);
    }

    [Theory]
    [InlineData(ApiKey.FindCoordinator, ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ApiKey.JoinGroup, ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ApiKey.JoinGroup, ErrorCode.NotCoordinator)]
    [InlineData(ApiKey.JoinGroup, ErrorCode.RebalanceInProgress)]
    [InlineData(ApiKey.JoinGroup, ErrorCode.UnknownMemberId)]
    [InlineData(ApiKey.SyncGroup, ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ApiKey.SyncGroup, ErrorCode.RebalanceInProgress)]
    [InlineData(ApiKey.SyncGroup, ErrorCode.UnknownMemberId)]
    [InlineData(ApiKey.SyncGroup, ErrorCode.IllegalGeneration)]
    [InlineData(ApiKey.Heartbeat, ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ApiKey.Heartbeat, ErrorCode.NotCoordinator)]
    [InlineData(ApiKey.OffsetFetch, ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ApiKey.OffsetFetch, ErrorCode.UnstableOffsetCommit)]
    public async Task What_passes_is_waited_out(ApiKey api, ErrorCode code)
    {
        Group.Refuse(api, code, code);
        var consumer = NewMember();
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1 && consumer.GetPosition(Partition(0)) == 0);
        var beats = Cluster.Brokers[0].CountOf(ApiKey.Heartbeat);
        await ReadUntilAsync(consumer, () => Cluster.Brokers[0].CountOf(ApiKey.Heartbeat) > beats + 3);
        Assert.Equal(["assigned 0 1"], Log.Events);
    }

    [Theory]
    [InlineData(ApiKey.JoinGroup, ErrorCode.GroupAuthorizationFailed)]
    [InlineData(ApiKey.JoinGroup, ErrorCode.InconsistentGroupProtocol)]
    [InlineData(ApiKey.JoinGroup, ErrorCode.InvalidSessionTimeout)]
    [InlineData(ApiKey.JoinGroup, ErrorCode.GroupMaxSizeReached)]
    [InlineData(ApiKey.SyncGroup, ErrorCode.InconsistentGroupProtocol)]
    [InlineData(ApiKey.FindCoordinator, ErrorCode.GroupAuthorizationFailed)]
    public async Task What_does_not_pass_is_told_to_the_reader_and_tried_again_when_it_comes_back(
        ApiKey api, ErrorCode code)
    {
        Group.Refuse(api, code);
        var consumer = NewMember();
        var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => TakeAsync(consumer, 1));
        Assert.Equal(code, failure.Code);
        Assert.Contains(FakeGroup.Name, failure.Message, StringComparison.Ordinal);

        Cluster.Append(0, "a");
        Assert.Equal(["0@0:a"], await TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task A_static_member_that_another_replaced_loses_everything_and_says_so()
    {
        var consumer = NewMember(Options with { GroupInstanceId = "one" });
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Assert.Equal("one", Group.Joins.Last().GroupInstanceId);
        Assert.Single(Group.Joins);
        Group.Refuse(ApiKey.Heartbeat, ErrorCode.FencedInstanceId);
        var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => TakeAsync(consumer, 1));
        Assert.Equal(ErrorCode.FencedInstanceId, failure.Code);
        Assert.Equal(["assigned 0 1", "lost 0 1"], Log.Events);
        Assert.Empty(consumer.Assignment);
    }

    [Fact]
    public async Task A_dynamic_member_leaves_when_it_is_disposed_and_a_static_one_does_not()
    {
        var consumer = NewMember();
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        await consumer.DisposeAsync();
        Assert.Equal(["member-1"], Group.Left);
        Assert.Equal(["assigned 0 1", "revoked 0 1"], Log.Events);

        var other = NewMember(Options with { GroupInstanceId = "one" });
        await ReadUntilAsync(other, () => Log.Events.Count == 3);
        await other.DisposeAsync();
        Assert.Single(Group.Left);
        Assert.Equal("revoked 0 1", Log.Events[^1]);
    }

    [Fact]
    public async Task A_member_is_disposed_while_its_join_waits()
    {
        Group.HoldJoins = new TaskCompletionSource().Task;
        var consumer = NewMember();
        var reading = TakeAsync(consumer, 1);
        await WaitForAsync(() => Group.WaitingJoins > 0);
        await consumer.DisposeAsync();
        Assert.Empty(await reading);
        Assert.Empty(Log.Events);
    }

    [Fact]
    public async Task A_reader_that_stays_away_leaves_the_group_and_comes_back_when_it_reads_on()
    {
        Cluster.Append(0, "a", "b");
        var consumer = NewMember(Options with { MaxPollInterval = TimeSpan.FromMilliseconds(300) });
        await foreach (var record in consumer.ReadAllAsync(Cancel).Take(2))
        {
            if (record.Offset == 0)
            {
                await WaitForAsync(() => !Group.Left.IsEmpty);
                Assert.Equal(["assigned 0 1"], Log.Events);
            }
            else
            {
                Assert.Fail("What was lost is not read on.");
            }

            break;
        }

        Assert.Equal(["0@0:a"], await TakeAsync(consumer, 1));
        Assert.Equal(["assigned 0 1", "lost 0 1", "assigned 0 1"], Log.Events);
    }

    [Fact]
    public async Task Unsubscribing_gives_everything_up_and_subscribing_joins_anew()
    {
        var consumer = NewMember();
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        await consumer.UnsubscribeAsync(Cancel);
        Assert.Equal(["member-1"], Group.Left);
        Assert.Empty(consumer.Subscription);
        Assert.Empty(consumer.Assignment);
        consumer.Subscribe([LogCluster.Topic], Log.Handlers);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 3);
        Assert.Equal(["assigned 0 1", "revoked 0 1", "assigned 0 1"], Log.Events);
    }

    [Fact]
    public async Task Who_subscribes_while_a_reader_waits_joins_at_once()
    {
        Cluster.Append(0, "a");
        var consumer = NewConsumer();
        var reading = TakeAsync(consumer, 1);
        consumer.Subscribe([LogCluster.Topic]);
        Assert.Equal(["0@0:a"], await reading);
    }

    [Fact]
    public async Task A_paused_partition_stays_paused_while_a_cooperative_group_rebalances()
    {
        var consumer = NewMember(Cooperative);
        Group.Gives = [0];
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        consumer.Pause([Partition(0)]);
        Group.Rebalance(0, 1);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 2);
        Assert.Equal(["assigned 0", "assigned 1"], Log.Events);
        Assert.Equal([Partition(0)], consumer.Paused);
    }

    [Fact]
    public async Task A_failing_handler_ends_the_reading_and_not_the_rebalance()
    {
        var handlers = Log.Handlers with { Assigned = (_, _) => throw new InvalidOperationException("mine") };
        Cluster.Append(0, "a");
        var consumer = NewMember(null, handlers);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => TakeAsync(consumer, 1));
        Assert.Equal("mine", failure.Message);
        Assert.Equal(["0@0:a"], await TakeAsync(consumer, 1));
    }

    [Fact]
    public async Task Without_a_group_or_with_partitions_of_its_own_a_consumer_cannot_subscribe()
    {
        var alone = NewConsumer(new ConsumerOptions());
        Assert.Throws<InvalidOperationException>(() => alone.Subscribe(["t"]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => alone.CommitAsync(Cancel));
        Assert.Null(alone.GroupMetadata);
        var assigned = NewConsumer();
        assigned.Assign(Partition(0), StartPosition.Earliest);
        Assert.Throws<InvalidOperationException>(() => assigned.Subscribe(["t"]));
        var subscribed = NewMember();
        Assert.Throws<InvalidOperationException>(() => subscribed.Assign(Partition(0), StartPosition.Earliest));
        Assert.Throws<InvalidOperationException>(() => subscribed.Subscribe(new SubscriptionPattern("t.*")));
    }
}
