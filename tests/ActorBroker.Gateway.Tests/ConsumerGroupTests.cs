using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>Groups of KIP-848 over a real connection.</summary>
public sealed class ConsumerGroupTests
{
    // At 5 ms each only a hang reaches it.
    private const int TriesMax = 10_000;

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "mine")]
    public async Task A_member_joins_reports_leaves_and_is_described(short version, string memberId)
    {
        await using var host = await GatewayHost.StartAsync();
        var topicId = await host.CreateTopicAsync("orders", 2);
        using var connection = await host.ConnectAsync();

        var joined = await AskAsync(connection, Joining(memberId), version);
        Assert.Equal((ErrorCode.None, 1, 5_000), (joined.ErrorCode, joined.MemberEpoch, joined.HeartbeatIntervalMs));
        Assert.NotEqual("", joined.MemberId);
        var assigned = Assert.Single(joined.Assignment!.TopicPartitions);
        Assert.Equal(topicId, assigned.TopicId);
        Assert.Equal([0, 1], assigned.Partitions);

        var beat = await AskAsync(connection, Beating(joined.MemberId!, 1), version);
        Assert.Equal((ErrorCode.None, 1), (beat.ErrorCode, beat.MemberEpoch));

        var group = await DescribeAsync(connection, "g", version);
        Assert.Equal(
            (ErrorCode.None, "Stable", 1, 1, "uniform"),
            (group.ErrorCode, group.GroupState, group.GroupEpoch, group.AssignmentEpoch, group.AssignorName));
        var member = Assert.Single(group.Members);
        Assert.Equal((joined.MemberId, 1, "test"), (member.MemberId, member.MemberEpoch, member.ClientId));
        Assert.Equal("/127.0.0.1", member.ClientHost);
        Assert.Equal(version == 0 ? -1 : 1, member.MemberType);
        Assert.Equal("orders", Assert.Single(member.Assignment.TopicPartitions).TopicName);
        Assert.Equal([0, 1], Assert.Single(member.TargetAssignment.TopicPartitions).Partitions);

        var left = await AskAsync(connection, Beating(joined.MemberId!, -1), version);
        Assert.Equal((ErrorCode.None, -1), (left.ErrorCode, left.MemberEpoch));
        Assert.Equal("Empty", (await DescribeAsync(connection, "g", version)).GroupState);
    }

    [Fact]
    public async Task From_v1_on_members_bring_their_ids_and_may_subscribe_by_expression()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("orders-1");
        await host.CreateTopicAsync("payments");
        using var connection = await host.ConnectAsync();
        Assert.Equal(ErrorCode.InvalidRequest, (await AskAsync(connection, Joining(""), 1)).ErrorCode);

        var byExpression = Joining("m");
        byExpression.SubscribedTopicNames = null;
        byExpression.SubscribedTopicRegex = "orders-(";
        var refused = await AskAsync(connection, byExpression, 1);
        Assert.Equal(ErrorCode.InvalidRegularExpression, refused.ErrorCode);
        Assert.Contains("orders-(", refused.ErrorMessage, StringComparison.Ordinal);

        byExpression.SubscribedTopicRegex = "orders-.*";
        var joined = await AskAsync(connection, byExpression, 1);
        Assert.Equal([0], Assert.Single(joined.Assignment!.TopicPartitions).Partitions);
        Assert.Equal(
            "orders-.*", Assert.Single((await DescribeAsync(connection, "g", 1)).Members).SubscribedTopicRegex);

        // A topic that comes later is found by the next heartbeat.
        await host.CreateTopicAsync("orders-2");
        ConsumerGroupHeartbeatResponse beat = new();
        var epoch = joined.MemberEpoch;
        await Eventually.HoldsAsync(async () =>
        {
            beat = await AskAsync(connection, Beating("m", epoch), 1);
            Assert.Equal(ErrorCode.None, beat.ErrorCode);
            epoch = beat.MemberEpoch;
            return beat.Assignment is not null;
        });

        Assert.Equal(2, beat.Assignment!.TopicPartitions.Count);
    }

    [Fact]
    public async Task A_group_that_is_none_of_these_is_not_found()
    {
        await using var host = await GatewayHost.StartAsync();
        using var connection = await host.ConnectAsync();
        Assert.Equal(ErrorCode.GroupIdNotFound, (await DescribeAsync(connection, "absent", 1)).ErrorCode);
        Assert.Equal(ErrorCode.UnknownMemberId, (await AskAsync(connection, Beating("m", 3), 1)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidGroupId, (await DescribeAsync(connection, "", 1)).ErrorCode);
    }

    [Fact]
    public async Task A_groups_own_times_are_set_shown_kept_and_told_to_its_members()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("orders");
        using var connection = await host.ConnectAsync();
        Assert.Equal(5_000, (await AskAsync(connection, Joining("m"), 1)).HeartbeatIntervalMs);

        Assert.Equal(ErrorCode.InvalidConfig, await SetIntervalAsync(connection, "g", "4999"));
        Assert.Equal(ErrorCode.InvalidRequest, await SetIntervalAsync(connection, "", "6000"));
        Assert.Equal(ErrorCode.None, await SetIntervalAsync(connection, "g", "6000"));
        Assert.Equal(6_000, (await AskAsync(connection, Beating("m", 1), 1)).HeartbeatIntervalMs);

        var described = await connection.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new() { Resources = [new() { ResourceType = 32, ResourceName = "g", ConfigurationKeys = null }] }, 4);
        Assert.Equal(
            [("consumer.heartbeat.interval.ms", "6000", 8), ("consumer.session.timeout.ms", "45000", 5)],
            Assert.Single(described.Results).Configs
                .Select(static config => (config.Name, config.Value, (int)config.ConfigSource)));
    }

    private static async Task<ErrorCode> SetIntervalAsync(TestConnection connection, string groupId, string intervalMs)
    {
        var response = await connection.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new()
            {
                Resources =
                [
                    new()
                    {
                        ResourceType = 32,
                        ResourceName = groupId,
                        Configs = [new() { Name = "consumer.heartbeat.interval.ms", Value = intervalMs }],
                    },
                ],
            },
            1);
        return Assert.Single(response.Responses).ErrorCode;
    }

    private static ConsumerGroupHeartbeatRequest Joining(string memberId) => new()
    {
        GroupId = "g",
        MemberId = memberId,
        MemberEpoch = 0,
        RebalanceTimeoutMs = 10_000,
        SubscribedTopicNames = ["orders"],
        TopicPartitions = [],
    };

    private static ConsumerGroupHeartbeatRequest Beating(string memberId, int epoch) => new()
    {
        GroupId = "g",
        MemberId = memberId,
        MemberEpoch = epoch,
    };

    /// <summary>Asks until the coordinator is there.</summary>
    private static async Task<ConsumerGroupHeartbeatResponse> AskAsync(
        TestConnection connection, ConsumerGroupHeartbeatRequest request, short version)
    {
        for (var tries = 0; ; tries++)
        {
            Assert.True(tries < TriesMax, "The coordinator does not come.");
            var response = await connection.AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
                request, version);
            if (!await MustRepeatAsync(connection, response.ErrorCode))
            {
                return response;
            }
        }
    }

    private static async Task<ConsumerGroupDescribeResponse.DescribedGroup> DescribeAsync(
        TestConnection connection, string groupId, short version)
    {
        for (var tries = 0; ; tries++)
        {
            Assert.True(tries < TriesMax, "The coordinator does not come.");
            var response = await connection.AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
                new() { GroupIds = [groupId] }, version);
            var group = Assert.Single(response.Groups);
            if (!await MustRepeatAsync(connection, group.ErrorCode))
            {
                return group;
            }
        }
    }

    /// <summary>The first question makes the topic that keeps the groups, as FindCoordinator of every client does.
    /// </summary>
    private static async Task<bool> MustRepeatAsync(TestConnection connection, ErrorCode error)
    {
        if (error is not (ErrorCode.NotCoordinator or ErrorCode.CoordinatorLoadInProgress or
            ErrorCode.CoordinatorNotAvailable))
        {
            return false;
        }

        await connection.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new() { CoordinatorKeys = ["g"] }, 4);
        await Task.Delay(5, TestContext.Current.CancellationToken);
        return true;
    }
}
