using System.Text;
using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>JoinGroup, SyncGroup, Heartbeat, LeaveGroup and DescribeGroups over the wire, in their versions.</summary>
public sealed class ClassicGroupTests
{
    private static readonly byte[] Metadata = Encoding.UTF8.GetBytes("what I want to read");

    public static TheoryData<short> JoinVersions => [.. Enumerable.Range(0, 10).Select(version => (short)version)];

    [Theory]
    [MemberData(nameof(JoinVersions))]
    public async Task A_group_forms_in_every_version(short version)
    {
        await using var host = await StartAsync();
        using var connection = await host.ConnectAsync();
        var sync = Math.Min(version, (short)5);
        var other = Math.Min(version, (short)4);
        var joined = await JoinAsync(host, connection, Join("g"), version);
        Assert.Equal((ErrorCode.None, 1), (joined.ErrorCode, joined.GenerationId));
        Assert.Equal((joined.MemberId, "range"), (joined.Leader, joined.ProtocolName));
        Assert.Equal(version >= 7 ? "consumer" : null, joined.ProtocolType);
        Assert.Equal(Metadata, Assert.Single(joined.Members).Metadata.ToArray());

        var synced = await connection.AskAsync<SyncGroupRequest, SyncGroupResponse>(Sync(joined, "mine", sync), sync);
        Assert.Equal((ErrorCode.None, "mine"), (synced.ErrorCode, Text(synced.Assignment)));
        Assert.Equal(sync >= 5 ? ("consumer", "range") : (null, null), (synced.ProtocolType, synced.ProtocolName));
        Assert.Equal(ErrorCode.None, await HeartbeatAsync(connection, joined, other));

        var shown = await DescribeAsync(connection, "g", Math.Min(version, (short)5));
        Assert.Equal(("Stable", "consumer", "range"), (shown.GroupState, shown.ProtocolType, shown.ProtocolData));
        var member = Assert.Single(shown.Members);
        Assert.Equal((joined.MemberId, "test", "/127.0.0.1"), (member.MemberId, member.ClientId, member.ClientHost));
        Assert.Equal((Text(Metadata), "mine"), (Text(member.MemberMetadata), Text(member.MemberAssignment)));

        var left = await LeaveAsync(connection, joined.MemberId, Math.Min(version, (short)5));
        Assert.Equal(ErrorCode.None, left.ErrorCode);
        Assert.Equal("Empty", (await DescribeAsync(connection, "g", 0)).GroupState);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(9)]
    public async Task A_static_member_joins_at_once_returns_and_fences_the_one_before(short version)
    {
        await using var host = await StartAsync();
        using var connection = await host.ConnectAsync();
        var first = await JoinAsync(host, connection, Join("g", "instance"), version);
        await connection.AskAsync<SyncGroupRequest, SyncGroupResponse>(Sync(first, "mine", 3, "instance"), 3);
        var second = await JoinAsync(host, connection, Join("g", "instance"), version);
        Assert.Equal((1, version >= 9), (second.GenerationId, second.SkipAssignment));
        Assert.Equal(version >= 9 ? second.MemberId : first.MemberId, second.Leader);
        Assert.Equal(ErrorCode.FencedInstanceId, await HeartbeatAsync(connection, first, 4, "instance"));
        Assert.Equal(ErrorCode.None, await HeartbeatAsync(connection, second, 4, "instance"));
        Assert.Equal("instance", (await DescribeAsync(connection, "g", 5)).Members[0].GroupInstanceId);
    }

    [Fact]
    public async Task What_a_join_carried_outlives_its_frame()
    {
        await using var host = await StartAsync();
        using var connection = await host.ConnectAsync();
        var large = Enumerable.Range(0, 50_000).Select(number => (byte)number).ToArray();
        var request = Join("g");
        request.Protocols[0].Metadata = large;
        var joined = await JoinAsync(host, connection, request, 9);
        await connection.AskAsync<SyncGroupRequest, SyncGroupResponse>(Sync(joined, new string('x', 50_000), 5), 5);
        for (var i = 0; i < 20; i++)
        {
            await DescribeAsync(connection, new string('y', 30_000), 5);
        }

        var member = (await DescribeAsync(connection, "g", 5)).Members[0];
        Assert.Equal(large, member.MemberMetadata.ToArray());
        Assert.Equal(new string('x', 50_000), Text(member.MemberAssignment));
    }

    [Fact]
    public async Task Absurd_requests_are_refused()
    {
        await using var host = await StartAsync();
        using var connection = await host.ConnectAsync();
        await JoinAsync(host, connection, Join("other"), 0);
        var many = Join("g");
        many.Protocols = [.. Enumerable.Range(0, 101).Select(
            number => new JoinGroupRequest.JoinGroupRequestProtocol { Name = $"p{number}" })];
        Assert.Equal(ErrorCode.InvalidRequest, (await AskJoinAsync(connection, many, 9)).ErrorCode);
        var huge = Join("g");
        huge.Protocols[0].Metadata = new byte[(1 << 20) + 1];
        Assert.Equal(ErrorCode.InvalidRequest, (await AskJoinAsync(connection, huge, 9)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidGroupId, (await AskJoinAsync(connection, Join(""), 9)).ErrorCode);
        var impatient = Join("g");
        impatient.SessionTimeoutMs = 1;
        Assert.Equal(ErrorCode.InvalidSessionTimeout, (await AskJoinAsync(connection, impatient, 9)).ErrorCode);
        Assert.Equal("Dead", (await DescribeAsync(connection, "g", 5)).GroupState);
    }

    [Fact]
    public async Task The_latest_sync_must_tell_type_and_name()
    {
        await using var host = await StartAsync();
        using var connection = await host.ConnectAsync();
        var joined = await JoinAsync(host, connection, Join("g"), 9);
        foreach (var (type, name) in new[] { (null, "range"), ("consumer", null), ("connect", "range") })
        {
            var sync = Sync(joined, "mine", 5);
            (sync.ProtocolType, sync.ProtocolName) = (type, name);
            var answer = await connection.AskAsync<SyncGroupRequest, SyncGroupResponse>(sync, 5);
            Assert.Equal(ErrorCode.InconsistentGroupProtocol, answer.ErrorCode);
        }
    }

    [Fact]
    public async Task One_who_leaves_alone_gets_the_error_and_of_many_each_gets_its_own()
    {
        await using var host = await StartAsync();
        using var connection = await host.ConnectAsync();
        var joined = await JoinAsync(host, connection, Join("g"), 9);
        Assert.Equal(ErrorCode.UnknownMemberId, (await LeaveAsync(connection, "nobody", 2)).ErrorCode);
        var left = await connection.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(
            new()
            {
                GroupId = "g",
                Members =
                [
                    new() { MemberId = "nobody", GroupInstanceId = null, Reason = "none" },
                    new() { MemberId = joined.MemberId, GroupInstanceId = null, Reason = null },
                ],
            },
            5);
        Assert.Equal(ErrorCode.None, left.ErrorCode);
        Assert.Equal(
            [("nobody", ErrorCode.UnknownMemberId), (joined.MemberId, ErrorCode.None)],
            left.Members.Select(member => (member.MemberId, member.ErrorCode)));
    }

    [Fact]
    public async Task Unknown_groups_are_dead_without_an_error_and_operations_are_told_when_asked_for()
    {
        await using var host = await StartAsync();
        using var connection = await host.ConnectAsync();
        await JoinAsync(host, connection, Join("g"), 0);
        var names = Enumerable.Range(0, 250).Select(number => $"absent-{number}").Append("g").ToList();
        var response = await connection.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new() { Groups = names, IncludeAuthorizedOperations = true }, 5);
        Assert.Equal(names, response.Groups.Select(group => group.GroupId));
        Assert.All(response.Groups.SkipLast(1), group => Assert.Equal(
            (ErrorCode.None, "Dead", 0), (group.ErrorCode, group.GroupState, group.Members.Count)));
        Assert.All(response.Groups, group => Assert.True(group.AuthorizedOperations > 0));
        Assert.Equal(int.MinValue, (await DescribeAsync(connection, "g", 5)).AuthorizedOperations);
    }

    [Fact]
    public async Task A_join_that_waits_is_answered_when_the_broker_stops()
    {
        await using var host = await StartAsync("group.initial.rebalance.delay.ms=3600000");
        using var connection = await host.ConnectAsync();
        await FindAsync(host, connection, "g");
        var id = await connection.SendAsync(Join("g"), 2);
        using var observer = await host.ConnectAsync();
        while ((await DescribeAsync(observer, "g", 0)).GroupState != "PreparingRebalance")
        {
            await Task.Yield();
        }

        await host.Gateway.StopAsync(TestContext.Current.CancellationToken);
        var answer = await connection.ReceiveAsync<JoinGroupResponse>(2, id);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, answer.ErrorCode);
        await connection.ExpectClosedAsync();
    }

    [Fact]
    public async Task Every_truncated_prefix_of_a_join_and_of_a_sync_closes_the_connection()
    {
        await using var host = await StartAsync();
        foreach (var whole in new[]
            {
                TestConnection.Encode(Join("g"), 9, 1),
                TestConnection.Encode(Sync(new() { MemberId = "m", GenerationId = 1 }, "mine", 5), 5, 1),
            })
        {
            for (var length = 12; length < whole.Length; length++)
            {
                using var connection = await host.ConnectAsync();
                var frame = whole[..length];
                System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame, length - 4);
                await connection.SendRawAsync(frame);
                await connection.ExpectClosedAsync();
            }
        }
    }

    private static Task<GatewayHost> StartAsync(string setting = "group.initial.rebalance.delay.ms=0") =>
        GatewayHost.StartAsync(setting, "offsets.topic.num.partitions=1", "offsets.topic.replication.factor=1");

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static JoinGroupRequest Join(string group, string? instance = null) => new()
    {
        GroupId = group,
        SessionTimeoutMs = 30_000,
        RebalanceTimeoutMs = 60_000,
        GroupInstanceId = instance,
        ProtocolType = "consumer",
        Protocols = [new() { Name = "range", Metadata = Metadata }],
        Reason = null,
    };

    private static SyncGroupRequest Sync(
        JoinGroupResponse joined, string assignment, short version, string? instance = null) => new()
        {
            GroupId = "g",
            GenerationId = joined.GenerationId,
            MemberId = joined.MemberId,
            GroupInstanceId = instance,
            ProtocolType = version >= 5 ? "consumer" : null,
            ProtocolName = version >= 5 ? "range" : null,
            Assignments = [new() { MemberId = joined.MemberId, Assignment = Encoding.UTF8.GetBytes(assignment) }],
        };

    private static Task<JoinGroupResponse> AskJoinAsync(
        TestConnection connection, JoinGroupRequest request, short version) =>
        connection.AskAsync<JoinGroupRequest, JoinGroupResponse>(request, version);

    /// <summary>Finds the coordinator, which may be reading its log yet, and joins, twice if told to.</summary>
    private static async Task<JoinGroupResponse> JoinAsync(
        GatewayHost host, TestConnection connection, JoinGroupRequest request, short version)
    {
        await FindAsync(host, connection, request.GroupId);
        var answer = await AskJoinAsync(connection, request, version);
        if (answer.ErrorCode == ErrorCode.MemberIdRequired)
        {
            Assert.True(version >= 4 && request.GroupInstanceId is null);
            request.MemberId = answer.MemberId;
            answer = await AskJoinAsync(connection, request, version);
        }

        return answer;
    }

    private static async Task FindAsync(GatewayHost host, TestConnection connection, string group)
    {
        await host.Node.Groups.FindAsync(group, TestContext.Current.CancellationToken);
        while ((await DescribeAsync(connection, group, 0)).ErrorCode != ErrorCode.None)
        {
            await Task.Yield();
        }
    }

    private static async Task<ErrorCode> HeartbeatAsync(
        TestConnection connection, JoinGroupResponse joined, short version, string? instance = null)
    {
        var request = new HeartbeatRequest
        {
            GroupId = "g",
            GenerationId = joined.GenerationId,
            MemberId = joined.MemberId,
            GroupInstanceId = instance,
        };
        return (await connection.AskAsync<HeartbeatRequest, HeartbeatResponse>(request, version)).ErrorCode;
    }

    private static Task<LeaveGroupResponse> LeaveAsync(TestConnection connection, string memberId, short version) =>
        connection.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(
            version < 3
                ? new() { GroupId = "g", MemberId = memberId }
                : new()
                {
                    GroupId = "g",
                    Members = [new() { MemberId = memberId, GroupInstanceId = null, Reason = null }],
                },
            version);

    private static async Task<DescribeGroupsResponse.DescribedGroup> DescribeAsync(
        TestConnection connection, string group, short version)
    {
        var response = await connection.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new() { Groups = [group] }, version);
        return Assert.Single(response.Groups);
    }
}
