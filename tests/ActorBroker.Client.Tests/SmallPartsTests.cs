using ActorBroker.Client.Consuming;
using ActorBroker.Client.Networking;
using ActorBroker.Client.Producing;
using ActorBroker.Records;

namespace ActorBroker.Client.Tests;

/// <summary>The small parts: addresses, versions, partitions, the buffer's budget, and reading records.</summary>
public sealed class SmallPartsTests
{
    [Theory]
    [InlineData("a", "a:9092")]
    [InlineData("a:1", "a:1")]
    [InlineData(" a:1 , b:2 ", "a:1 b:2")]
    [InlineData("[::1]:9093", "[::1]:9093")]
    [InlineData("::1", "[::1]:9092")]
    public void A_bootstrap_list_is_read(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', BrokerAddress.ParseList(text)));

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:x")]
    [InlineData(":9092")]
    public void A_malformed_bootstrap_list_is_refused(string text) =>
        Assert.Throws<ArgumentException>(() => BrokerAddress.ParseList(text));

    [Theory]
    [InlineData(0, 5, 2, 9, 5)]
    [InlineData(3, 12, 0, 9, 9)]
    [InlineData(3, 3, 3, 3, 3)]
    public void The_highest_common_version_is_chosen(short min, short max, short ourMin, short ourMax, short expected)
    {
        var table = new ApiVersionTable(new Dictionary<short, (short, short)> { [1] = (min, max) });
        Assert.True(table.TryChoose(1, ourMin, ourMax, out var version));
        Assert.Equal(expected, version);
    }

    [Fact]
    public void There_is_no_version_where_the_ranges_do_not_meet_or_the_api_is_missing()
    {
        var table = new ApiVersionTable(new Dictionary<short, (short, short)> { [1] = (4, 5) });
        Assert.False(table.TryChoose(1, 0, 3, out _));
        Assert.False(table.TryChoose(1, 6, 9, out _));
        Assert.False(table.TryChoose(2, 0, 3, out _));
    }

    [Fact]
    public async Task A_full_buffer_makes_callers_wait_in_line()
    {
        var cancel = TestContext.Current.CancellationToken;
        var budget = NewBudget(100);
        await budget.ReserveAsync(80, cancel);
        var large = budget.ReserveAsync(60, cancel).AsTask();
        var small = budget.ReserveAsync(10, cancel).AsTask();
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);

        budget.Release(80);
        await large.WaitAsync(cancel);
        await small.WaitAsync(cancel);
    }

    [Fact]
    public async Task Who_gives_up_waiting_makes_room_for_those_behind()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var budget = NewBudget(100);
        await budget.ReserveAsync(80, cancel);
        var large = budget.ReserveAsync(60, source.Token).AsTask();
        var small = budget.ReserveAsync(10, cancel).AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small.WaitAsync(cancel);
    }

    [Fact]
    public async Task A_record_larger_than_the_whole_buffer_is_refused_with_the_setting_to_raise()
    {
        var failure = await Assert.ThrowsAsync<KafkaException>(
            async () => await NewBudget(100).ReserveAsync(101, TestContext.Current.CancellationToken));
        Assert.Contains(nameof(ProducerOptions.BufferBytes), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_too_long_for_room_fails_and_holds_nobody_up()
    {
        var cancel = TestContext.Current.CancellationToken;
        var budget = new ByteBudget(100, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        await budget.ReserveAsync(100, cancel);
        var failure = await Assert.ThrowsAsync<ClientTimeoutException>(
            async () => await budget.ReserveAsync(1, cancel));

        Assert.True(failure.IsRetriable);
        budget.Release(100);
        Assert.True(budget.TryReserve(100));
    }

    [Fact]
    public void A_batch_is_read_back_record_by_record()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1000, "k"u8.ToArray(), "v"u8.ToArray(), [new RecordHeader("h", new byte[] { 1, 2 })]);
        builder.Append(1005, null, null);
        builder.Append(990, Array.Empty<byte>(), Array.Empty<byte>());
        var batch = builder.Build(new RecordBatchOptions { BaseOffset = 70 });
        Assert.True(RecordBatchHeader.TryRead(batch.Span, out var header));
        var cursor = new RecordCursor(header, batch[RecordBatchHeader.Size..].ToArray(), 4);

        Assert.True(cursor.TryRead(out ConsumedRecord first));
        Assert.Equal((4, 70L, 1000L), (first.Partition, first.Offset, first.TimestampMs));
        Assert.Equal("k"u8.ToArray(), first.Key!.Value.ToArray());
        Assert.Equal("v"u8.ToArray(), first.Value!.Value.ToArray());
        var headers = Assert.Single(first.GetHeaders());
        Assert.Equal("h", headers.Key);
        Assert.Equal([1, 2], headers.Value!.Value.ToArray());
        Assert.False(cursor.IsComplete);

        Assert.True(cursor.TryRead(out ConsumedRecord second));
        Assert.Equal((71L, 1005L), (second.Offset, second.TimestampMs));
        Assert.Null(second.Key);
        Assert.Null(second.Value);

        Assert.True(cursor.TryRead(out ConsumedRecord third));
        Assert.Equal((72L, 990L), (third.Offset, third.TimestampMs));
        Assert.Equal(0, third.Key!.Value.Length);
        Assert.Equal(0, third.Value!.Value.Length);
        Assert.False(cursor.TryRead(out ConsumedRecord _));
        Assert.True(cursor.IsComplete);
    }

    private static ByteBudget NewBudget(long capacity) => new(capacity, TimeSpan.FromMinutes(1), TimeProvider.System);
}
