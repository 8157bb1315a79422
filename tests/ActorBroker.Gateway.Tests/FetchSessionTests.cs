using ActorBroker.Gateway.Handlers.Fetching;
using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Gateway.Tests;

/// <summary>Incremental fetch sessions (KIP-227): over the wire, and the cache alone.</summary>
public sealed class FetchSessionTests
{
    [Fact]
    public async Task An_incremental_reply_lists_only_what_is_new()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t", partitions: 3);
        using var connection = await host.ConnectAsync();
        var full = await connection.AskAsync<FetchRequest, FetchResponse>(
            Session(Requests.Fetch("t", 0, partitions: [0, 1, 2]), 0, 0), 12);
        Assert.NotEqual(0, full.SessionId);
        Assert.Equal(3, full.Responses[0].Partitions.Count);

        var quiet = await connection.AskAsync<FetchRequest, FetchResponse>(Next(full.SessionId, 1), 12);
        Assert.Equal(full.SessionId, quiet.SessionId);
        Assert.Empty(quiet.Responses);

        await connection.AskAsync<ProduceRequest, ProduceResponse>(
            Requests.Produce("t", Requests.Batch("new"), partition: 1), 9);
        var news = await connection.AskAsync<FetchRequest, FetchResponse>(Next(full.SessionId, 2), 12);
        Assert.Equal(1, Assert.Single(news.Responses[0].Partitions).PartitionIndex);

        var forget = Next(full.SessionId, 3);
        forget.ForgottenTopicsData = [new() { Topic = "t", Partitions = [1] }];
        Assert.Empty((await connection.AskAsync<FetchRequest, FetchResponse>(forget, 12)).Responses);
    }

    [Fact]
    public async Task Wrong_ids_and_epochs_are_refused_without_partitions()
    {
        await using var host = await GatewayHost.StartAsync();
        var id = await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        var full = await connection.AskAsync<FetchRequest, FetchResponse>(Session(Requests.Fetch("t", 0), 0, 0), 12);
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, await ErrorAsync(connection, Next(full.SessionId + 1, 1), 12));
        Assert.Equal(ErrorCode.InvalidFetchSessionEpoch, await ErrorAsync(connection, Next(full.SessionId, 5), 12));
        Assert.Equal(ErrorCode.FetchSessionTopicIdError, await ErrorAsync(connection, Next(full.SessionId, 1), 13));

        var closed = await connection.AskAsync<FetchRequest, FetchResponse>(
            Session(Requests.Fetch("t", 0, id), full.SessionId, -1), 13);
        Assert.Equal(0, closed.SessionId);
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, await ErrorAsync(connection, Next(full.SessionId, 1), 12));
    }

    [Fact]
    public async Task Without_slots_every_fetch_is_full_and_has_no_session()
    {
        await using var host = await GatewayHost.StartAsync("max.incremental.fetch.session.cache.slots=0");
        await host.CreateTopicAsync("t");
        using var connection = await host.ConnectAsync();
        var full = await connection.AskAsync<FetchRequest, FetchResponse>(Session(Requests.Fetch("t", 0), 0, 0), 12);
        Assert.Equal(0, full.SessionId);
        Assert.Single(full.Responses);
    }

    [Fact]
    public async Task A_partition_that_yielded_records_lets_the_others_go_first_next_time()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.CreateTopicAsync("t", partitions: 2);
        using var connection = await host.ConnectAsync();
        for (var partition = 0; partition < 2; partition++)
        {
            await connection.AskAsync<ProduceRequest, ProduceResponse>(
                Requests.Produce("t", Requests.Batch(new string('x', 1000)), partition: partition), 9);
        }

        var full = await connection.AskAsync<FetchRequest, FetchResponse>(
            Session(Requests.Fetch("t", 0, maxBytes: 10, partitions: [0, 1]), 0, 0), 12);
        Assert.Equal([true, false], full.Responses[0].Partitions.Select(each => each.Records!.Value.Length > 0));
        var next = Next(full.SessionId, 1);
        next.MaxBytes = 10;
        var second = await connection.AskAsync<FetchRequest, FetchResponse>(next, 12);
        Assert.Equal(1, Assert.Single(second.Responses[0].Partitions).PartitionIndex);
    }

    [Fact]
    public void A_full_cache_evicts_a_session_only_after_two_minutes_without_use()
    {
        var clock = new ManualClock();
        var cache = new FetchSessionCache(1, clock);
        var first = cache.TryOpen(Full(cache));
        Assert.NotNull(first);
        Assert.Null(cache.TryOpen(Full(cache)));
        clock.Advance(FetchSessionCache.EvictableAfter);
        Assert.NotNull(cache.TryOpen(Full(cache)));
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, cache.Resolve(Next(first.Id, 1), 12).Error);
    }

    [Fact]
    public void A_session_that_forgot_all_its_partitions_is_closed()
    {
        var cache = new FetchSessionCache(4, new ManualClock());
        var session = cache.TryOpen(Full(cache))!;
        var forget = Next(session.Id, 1);
        forget.ForgottenTopicsData = [new() { Topic = "t", Partitions = [0] }];
        var plan = cache.Resolve(forget, 12);
        Assert.Null(plan.Session);
        Assert.Empty(plan.Targets);
        Assert.Equal(0, cache.Count);
    }

    private static FetchPlan Full(FetchSessionCache cache) =>
        cache.Resolve(Session(Requests.Fetch("t", 0), 0, 0), 12);

    private static FetchRequest Session(FetchRequest request, int id, int epoch)
    {
        request.SessionId = id;
        request.SessionEpoch = epoch;
        return request;
    }

    private static FetchRequest Next(int id, int epoch) =>
        Session(new FetchRequest { MinBytes = 1, MaxBytes = 1 << 20 }, id, epoch);

    private static async Task<ErrorCode> ErrorAsync(TestConnection connection, FetchRequest request, short version)
    {
        var response = await connection.AskAsync<FetchRequest, FetchResponse>(request, version);
        Assert.Empty(response.Responses);
        return response.ErrorCode;
    }
}
