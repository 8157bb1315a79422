using System.Text.RegularExpressions;
using ActorBroker.Protocol;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests.Groups;

/// <summary>A member of a group whose assignment the broker makes (KIP-848).</summary>
public sealed class ConsumerMemberTests : GroupTest
{
    private static readonly ConsumerOptions Modern = Options with
    {
        GroupProtocol = GroupProtocol.Consumer,
        GroupRemoteAssignor = "uniform",
        ClientRack = "r1",
    };

    private readonly FakeConsumerGroup _group;

    public ConsumerMemberTests() => _group = new FakeConsumerGroup(Cluster, Group);

    [Fact]
    public async Task A_member_joins_by_a_heartbeat_that_tells_everything_and_then_says_what_it_has()
    {
        Cluster.Append(0, "a");
        var consumer = NewMember(Modern);
        Assert.Equal(["0@0:a"], await TakeAsync(consumer, 1));
        await WaitForAsync(() => _group.Owned.Length == 2);

        var first = _group.Beats.First();
        Assert.Equal(0, first.MemberEpoch);
        Assert.NotEmpty(first.MemberId!);
        Assert.Equal(["t"], first.SubscribedTopicNames);
        Assert.Null(first.SubscribedTopicRegex);
        Assert.Equal(("uniform", "r1", 300_000), (first.ServerAssignor, first.RackId, first.RebalanceTimeoutMs));
        Assert.Empty(first.TopicPartitions!);
        var quiet = _group.Beats.Skip(2).ToList();
        await WaitForAsync(() => _group.Beats.Count > 4);
        var later = _group.Beats.Last();
        Assert.Null(later.TopicPartitions);
        Assert.Null(later.SubscribedTopicNames);
        Assert.Equal(-1, later.RebalanceTimeoutMs);
        Assert.Equal(["assigned 0 1"], Log.Events);
        Assert.Equal(_group.MemberId, consumer.GroupMetadata!.MemberId);
    }

    [Fact]
    public async Task What_moves_is_given_up_first_and_said_to_be_gone_before_more_comes()
    {
        _group.Give(0);
        var consumer = NewMember(Modern);
        await ReadUntilAsync(consumer, () => _group.Owned is [0]);
        consumer.Pause([Partition(0)]);
        _group.Give(0, 1);
        await ReadUntilAsync(consumer, () => _group.Owned is [0, 1]);
        Assert.Equal([Partition(0)], consumer.Paused);
        _group.Give(1);
        await ReadUntilAsync(consumer, () => _group.Owned is [1]);
        Assert.Equal(["assigned 0", "assigned 1", "revoked 0"], Log.Events);
    }

    [Fact]
    public async Task A_member_beats_on_while_its_reader_is_busy_and_gives_up_when_it_is_not()
    {
        Cluster.Append(0, "a");
        var consumer = NewMember(Modern);
        await foreach (var record in consumer.ReadAllAsync(Cancel).Take(1))
        {
            _group.Give(1);
            var beats = _group.Beats.Count;
            await WaitForAsync(() => _group.Beats.Count > beats + 3);
            Assert.Equal(["assigned 0 1"], Log.Events);
        }

        await ReadUntilAsync(consumer, () => _group.Owned is [1]);
        Assert.Equal(["assigned 0 1", "revoked 0"], Log.Events);
    }

    [Fact]
    public async Task A_fenced_member_loses_everything_and_joins_again_under_its_id()
    {
        var consumer = NewMember(Modern);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        var id = _group.MemberId;
        _group.Expel();
        await ReadUntilAsync(consumer, () => Log.Events.Count == 3);
        Assert.Equal(["assigned 0 1", "lost 0 1", "assigned 0 1"], Log.Events);
        Assert.Equal(id, _group.MemberId);
        Assert.Equal(2, _group.Beats.Count(each => each.MemberEpoch == 0));
    }

    [Theory]
    [InlineData(ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ErrorCode.NotCoordinator)]
    [InlineData(ErrorCode.UnreleasedInstanceId)]
    public async Task What_passes_is_waited_out(ErrorCode code)
    {
        _group.Refuse(code, code);
        var consumer = NewMember(Modern with { GroupInstanceId = "one" });
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        _group.Refuse(code);
        var beats = _group.Beats.Count;
        await ReadUntilAsync(consumer, () => _group.Beats.Count > beats + 2);
        Assert.Equal(["assigned 0 1"], Log.Events);
        Assert.Contains(_group.Beats.Skip(beats), each => each.SubscribedTopicNames is ["t"]);
    }

    [Theory]
    [InlineData(ErrorCode.GroupAuthorizationFailed)]
    [InlineData(ErrorCode.UnsupportedAssignor)]
    [InlineData(ErrorCode.InvalidRequest)]
    [InlineData(ErrorCode.GroupMaxSizeReached)]
    [InlineData(ErrorCode.InvalidRegularExpression)]
    public async Task What_does_not_pass_is_told_to_the_reader_and_tried_again_when_it_comes_back(ErrorCode code)
    {
        _group.Refuse(code);
        var consumer = NewMember(Modern);
        var failure = await Assert.ThrowsAsync<BrokerErrorException>(() => TakeAsync(consumer, 1));
        Assert.Equal(code, failure.Code);
        Cluster.Append(0, "a");
        Assert.Equal(["0@0:a"], await TakeAsync(consumer, 1));
    }

    [Theory]
    [InlineData(null, -1)]
    [InlineData("one", -2)]
    public async Task A_member_says_when_it_goes_and_a_static_one_that_it_will_be_back(string? instance, int epoch)
    {
        var consumer = NewMember(Modern with { GroupInstanceId = instance });
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        await consumer.DisposeAsync();
        var last = _group.Beats.Last();
        Assert.Equal((epoch, instance), (last.MemberEpoch, last.InstanceId));
        Assert.Equal(["assigned 0 1", "revoked 0 1"], Log.Events);
    }

    [Fact]
    public async Task A_reader_that_stays_away_leaves_and_comes_back_when_it_reads_on()
    {
        Cluster.Append(0, "a");
        var consumer = NewMember(Modern with { MaxPollInterval = TimeSpan.FromMilliseconds(300) });
        Assert.Single(await TakeAsync(consumer, 1));
        await WaitForAsync(() => _group.Beats.Any(each => each.MemberEpoch == -1));
        await ReadUntilAsync(consumer, () => Log.Events.Count == 3);
        Assert.Equal(["assigned 0 1", "lost 0 1", "assigned 0 1"], Log.Events);
    }

    [Fact]
    public async Task A_commit_with_a_stale_epoch_is_repeated_with_the_new_one()
    {
        Cluster.Append(0, "a");
        var consumer = NewMember(Modern);
        Assert.Single(await TakeAsync(consumer, 1));
        Group.Refuse(ApiKey.OffsetCommit, ErrorCode.StaleMemberEpoch, ErrorCode.StaleMemberEpoch);
        await consumer.CommitAsync(Cancel);
        Assert.Equal(1, Group.Committed[0]);
    }

    [Fact]
    public async Task Patterns_are_evaluated_by_the_broker_or_by_the_member()
    {
        var consumer = NewConsumer(Modern);
        consumer.Subscribe(new SubscriptionPattern("t.*"), Log.Handlers);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Assert.Equal("t.*", _group.Beats.First().SubscribedTopicRegex);
        Assert.Null(_group.Beats.First().SubscribedTopicNames);
        consumer.Subscribe(new Regex("^t$"), Log.Handlers);
        await ReadUntilAsync(consumer, () => _group.Beats.Any(each => each.SubscribedTopicNames is ["t"]));
        Assert.Equal(["t"], consumer.Subscription);
        Assert.Contains(_group.Beats, each => each is { SubscribedTopicNames: ["t"], SubscribedTopicRegex: "" });
        consumer.Subscribe(new SubscriptionPattern("u.*"), Log.Handlers);
        await ReadUntilAsync(consumer, () => _group.Beats.Any(
            each => each is { SubscribedTopicNames: [], SubscribedTopicRegex: "u.*" }));
    }

    [Fact]
    public async Task A_broker_without_patterns_is_told_of()
    {
        _ = new FakeConsumerGroup(Cluster, Group, highest: 0);
        var consumer = NewConsumer(Modern);
        consumer.Subscribe(new SubscriptionPattern("t.*"));
        var failure = await Assert.ThrowsAsync<KafkaException>(() => TakeAsync(consumer, 1));
        Assert.Contains("Regex", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_broker_makes_the_members_id()
    {
        var older = new FakeConsumerGroup(Cluster, Group, highest: 0);
        var consumer = NewMember(Modern);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Assert.Empty(older.Beats.First().MemberId!);
        Assert.Equal("made-by-the-broker", consumer.GroupMetadata!.MemberId);
    }

    [Fact]
    public async Task A_topic_that_was_made_again_is_lost_and_taken_on_anew()
    {
        var consumer = NewMember(Modern);
        await ReadUntilAsync(consumer, () => _group.Owned.Length == 2);
        Cluster.TopicId = Guid.NewGuid();
        _group.Give(0, 1);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 3);
        Assert.Equal(["assigned 0 1", "lost 0 1", "assigned 0 1"], Log.Events);
    }

    [Fact]
    public async Task A_member_that_fails_for_good_leaves()
    {
        var consumer = NewMember(Modern);
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        _group.Refuse(ErrorCode.GroupAuthorizationFailed);
        await Assert.ThrowsAsync<BrokerErrorException>(() => ReadUntilAsync(consumer, () => false));
        Assert.Contains(_group.Beats, each => each.MemberEpoch == -1);
    }

    [Fact]
    public async Task A_topic_without_a_name_yet_is_taken_on_when_it_has_one()
    {
        var id = Guid.NewGuid();
        _group.TopicId = id;
        var consumer = NewMember(Modern);
        await ReadUntilAsync(consumer, () => _group.Beats.Count > 2);
        Assert.Empty(Log.Events);
        Cluster.TopicId = id;
        await ReadUntilAsync(consumer, () => Log.Events.Count == 1);
        Assert.Equal(["assigned 0 1"], Log.Events);
    }
}
