using ActorBroker.Orleans.Tests.Support;
using Orleans.Core.Internal;
using ErrorCode = ActorBroker.Records.ErrorCode;

namespace ActorBroker.Orleans.Tests;

/// <summary>Joins that last longer than a call: nobody loses one, and nobody who goes away leaves one behind.</summary>
public sealed class LongJoinTests
{
    private static readonly JoinGroup Orders = new() { Topics = ["orders"], MaxWaitMs = 0 };

    [Fact]
    public async Task A_join_is_taken_up_again_until_the_others_have_joined()
    {
        await using var silos = await StartAsync("0");
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        var first = await JoinAsync(group, Orders);
        Assert.Equal(2, (await SyncAsync(group, first)).Assigned.Length);

        var id = await group.JoinAsync(Orders with { MaxWaitMs = 10_000 });
        var second = Orders with { Member = new(id.MemberId) };
        var pending = await group.JoinAsync(second);
        var still = await group.JoinAsync(second with { Ticket = pending.Ticket });
        var waiting = group.JoinAsync(second with { MaxWaitMs = 10_000 });
        Assert.Equal(ErrorCode.RebalanceInProgress, await group.HeartbeatAsync(Name(first), first.Generation));
        var again = await JoinAsync(group, Orders with { Member = Name(first) });
        var joined = await waiting;
        var lost = await group.JoinAsync(second);

        Assert.Equal(ErrorCode.MemberIdRequired, id.Error);
        Assert.Equal((ErrorCode.RebalanceInProgress, true), (pending.Error, pending.IsPending));
        Assert.Equal((true, pending.Ticket), (still.IsPending, still.Ticket));
        Assert.Equal((ErrorCode.None, id.MemberId, 2), (joined.Error, joined.MemberId, joined.Generation));
        Assert.Equal(2, again.Generation);
        Assert.Equal(joined, lost);
        Assert.Single((await SyncAsync(group, joined)).Assigned);
        Assert.Single((await SyncAsync(group, again)).Assigned);
    }

    [Fact]
    public async Task A_join_goes_on_where_its_grain_is_activated_anew()
    {
        await using var silos = await StartAsync("0");
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        var first = await JoinAsync(group, Orders);
        await SyncAsync(group, first);
        var id = await group.JoinAsync(Orders with { MaxWaitMs = 10_000 });
        var second = Orders with { Member = new(id.MemberId) };
        var pending = await group.JoinAsync(second);

        // As Orleans does to many grains of the silos that stay, when one goes.
        await group.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        var still = await group.JoinAsync(second with { Ticket = pending.Ticket });
        var waiting = group.JoinAsync(second with { Ticket = still.Ticket, MaxWaitMs = 10_000 });
        var again = await JoinAsync(group, Orders with { Member = Name(first) });
        var joined = await waiting;

        Assert.Equal((true, true), (pending.IsPending, still.IsPending));
        Assert.NotEqual(pending.Ticket, still.Ticket);
        Assert.Equal((ErrorCode.None, id.MemberId, 2), (joined.Error, joined.MemberId, joined.Generation));
        Assert.Single((await SyncAsync(group, joined)).Assigned);
        Assert.Single((await SyncAsync(group, again)).Assigned);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("i")]
    public async Task Who_leads_gets_its_answer_late_and_everybody_has_partitions_by_then(string? instanceId)
    {
        await using var silos = await StartAsync("1000");
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");

        var answer = await JoinAsync(group, Orders with { Member = new("", instanceId) });

        Assert.Equal(1, answer.Generation);
        var name = new GroupMemberName(answer.MemberId, instanceId);
        Assert.Equal(
            2, (await group.SyncAsync(new SyncGroup(name, answer.Generation))).Assigned.Length);
        Assert.Equal(ErrorCode.None, await group.HeartbeatAsync(name, answer.Generation));
        Assert.Equal("Stable", (await group.DescribeAsync()).State);
    }

    [Fact]
    public async Task Who_never_comes_back_leaves_nothing_behind()
    {
        await using var silos = await StartAsync("0");
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        var join = Orders with { SessionTimeoutMs = 200, RebalanceTimeoutMs = 200 };
        var id = "";

        // The coordinator may not be there yet, and a session this short may be over before its member joins.
        await UntilAsync(async () =>
        {
            id = (await group.JoinAsync(join with { MaxWaitMs = 10_000 })).MemberId;
            var joined = await group.JoinAsync(join with { Member = new(id) });
            return id.Length > 0 && (joined.IsPending || joined.Error == ErrorCode.None);
        });

        await UntilAsync(async () => await group.DescribeAsync() is { State: "Empty", Members.Length: 0 });

        // It may still find what it would have been answered, which is no longer so.
        var late = await JoinAsync(group, join with { Member = new(id) });
        var error = late.Error == ErrorCode.None ? (await SyncAsync(group, late)).Error : late.Error;
        Assert.Equal(ErrorCode.UnknownMemberId, error);
        Assert.Equal(error, (await JoinAsync(group, join with { Member = new(id) })).Error);
    }

    [Fact]
    public async Task A_topic_that_grows_is_shared_out_anew()
    {
        await using var silos = await StartAsync("0");
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        await using var one = new GroupReader(group, Orders).Start();
        await using var two = new GroupReader(group, Orders).Start();
        await GroupReader.WaitAsync([one, two], () => one.Owned.Length == 1 && two.Owned.Length == 1);

        await silos.Client.GetGrain<ITopicGrain>("orders").AlterAsync(new TopicChange { Partitions = 5 });

        await GroupReader.WaitAsync([one, two], () => one.Owned.Length + two.Owned.Length == 5);
        Assert.Empty(one.Owned.Intersect(two.Owned));
    }

    [Fact]
    public async Task A_topic_that_grows_while_the_static_leader_is_away_is_shared_out_when_it_is_back()
    {
        await using var silos = await StartAsync("0");
        var group = silos.Client.GetGrain<IConsumerGroupGrain>("g");
        var join = Orders with { Member = new("", "i") };
        await using var before = new GroupReader(group, join).Start();
        await GroupReader.WaitAsync([before], () => before.Owned.Length == 2);
        await before.DisposeAsync();

        await silos.Client.GetGrain<ITopicGrain>("orders").AlterAsync(new TopicChange { Partitions = 5 });
        await silos.AllKnowAsync(static image => image.TopicsByName["orders"].Partitions.Length == 5);
        await using var after = new GroupReader(group, join).Start();

        await GroupReader.WaitAsync([after], () => after.Owned.Length == 5);
        Assert.Equal(5, after.Owned.Distinct().Count());
    }

    private static async Task<BrokerSilos> StartAsync(string initialDelayMs)
    {
        var silos = await BrokerSilos.StartAsync(
            1, ("group.initial.rebalance.delay.ms", initialDelayMs), ("group.min.session.timeout.ms", "100"),
            ("offsets.topic.num.partitions", "1"));
        await silos.Client.GetGrain<ITopicGrain>("orders").CreateAsync(new TopicCreation { Partitions = 2 });
        return silos;
    }

    private static GroupMemberName Name(JoinGroupAnswer joined) => new(joined.MemberId);

    private static Task<SyncGroupAnswer> SyncAsync(IConsumerGroupGrain group, JoinGroupAnswer joined) =>
        group.SyncAsync(new SyncGroup(Name(joined), joined.Generation));

    /// <summary>Joins as a member does: with the id that it is given, and as often as the join is pending.</summary>
    private static async Task<JoinGroupAnswer> JoinAsync(IConsumerGroupGrain group, JoinGroup join)
    {
        JoinGroupAnswer answer = null!;
        await UntilAsync(async () =>
        {
            answer = await group.JoinAsync(join);
            join = join with
            {
                Ticket = answer.Ticket,
                Member = answer.Error == ErrorCode.MemberIdRequired ? Name(answer) : join.Member,
            };
            return !answer.IsPending && answer.Error is not (ErrorCode.MemberIdRequired or
                ErrorCode.NotCoordinator or ErrorCode.CoordinatorLoadInProgress);
        });
        return answer;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
