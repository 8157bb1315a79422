using ActorBroker.Client.Producing;

namespace ActorBroker.Client.Tests;

/// <summary>When a batch is ready: full, its linger over, flushed or completed.</summary>
public sealed class BatchQueueTests
{
    private static readonly ProducerOptions Patient = new() { Linger = TimeSpan.FromHours(1), BatchBytes = 1000 };

    [Fact]
    public void A_batch_waits_for_more_records()
    {
        using var queue = NewQueue(Patient);
        Append(queue, 100);

        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void A_record_that_does_not_fit_closes_the_batch_before_it()
    {
        using var queue = NewQueue(Patient);
        Append(queue, 500);
        Append(queue, 500);

        Assert.True(queue.TryTake(out var batch));
        Assert.Equal(1, batch.Count);
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void A_record_larger_than_a_batch_travels_alone()
    {
        using var queue = NewQueue(Patient);
        Append(queue, 10);
        Append(queue, 5000);
        Append(queue, 10);

        Assert.True(queue.TryTake(out var before));
        Assert.Equal(1, before.Count);
        Assert.True(queue.TryTake(out var large));
        Assert.Equal(1, large.Count);
        Assert.True(large.SizeInBytes > 5000);
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void A_batch_becomes_ready_when_its_linger_is_over()
    {
        var time = new StillTime();
        using var queue = NewQueue(Patient, time);
        var changed = queue.Changed;
        Append(queue, 100);
        Assert.False(changed.IsCompleted);

        time.Ring(Patient.Linger);

        Assert.True(changed.IsCompleted);
        Assert.True(queue.TryTake(out var batch));
        Assert.Equal(1, batch.Count);
    }

    [Fact]
    public void A_batch_whose_linger_is_over_goes_on_gathering_until_it_is_taken()
    {
        var time = new StillTime();
        using var queue = NewQueue(Patient, time);
        Append(queue, 100);
        time.Ring(Patient.Linger);
        Append(queue, 100);

        Assert.True(queue.TryTake(out var batch));
        Assert.Equal(2, batch.Count);
        Append(queue, 100);
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void Without_linger_a_batch_is_ready_at_once_and_gathers_until_it_is_taken()
    {
        using var queue = NewQueue(Patient with { Linger = TimeSpan.Zero });
        var changed = queue.Changed;
        Append(queue, 100);
        Append(queue, 100);

        Assert.True(changed.IsCompleted);
        Assert.True(queue.TryTake(out var batch));
        Assert.Equal(2, batch.Count);
    }

    [Fact]
    public void Later_batches_stay_below_a_limit_that_the_broker_has_set()
    {
        using var queue = NewQueue(Patient with { BatchBytes = 100_000 });
        queue.LimitBatches(2000);
        for (var i = 0; i < 10; i++)
        {
            Append(queue, 900);
        }

        Assert.True(queue.TryTake(out var batch));
        Assert.Equal(2, batch.Count);
    }

    [Fact]
    public async Task Flushing_makes_all_ready_and_waits_for_every_batch_that_is_not_settled()
    {
        using var queue = NewQueue(Patient);
        Append(queue, 500);
        Append(queue, 500);
        Append(queue, 20);
        var flushed = Task.WhenAll(queue.Flush());

        Assert.True(queue.TryTake(out var older));
        Assert.True(queue.TryTake(out var newer));
        Assert.Equal(2, newer.Count);
        newer.Succeed(1);
        Assert.False(flushed.IsCompleted);
        older.Succeed(0);
        await flushed;
        Assert.Empty(queue.Flush());
    }

    [Fact]
    public void A_completed_queue_is_drained_once_it_is_empty_and_takes_no_more()
    {
        using var queue = NewQueue(Patient);
        Append(queue, 10);
        queue.Complete();

        Assert.False(queue.IsDrained);
        Assert.True(queue.TryTake(out _));
        Assert.True(queue.IsDrained);
        Assert.Throws<ObjectDisposedException>(() => Append(queue, 10));
    }

    private static BatchQueue NewQueue(ProducerOptions options, StillTime? time = null) =>
        new("topic", 0, options, time ?? new StillTime());

    private static void Append(BatchQueue queue, int bytes) =>
        queue.Append(
            new RecordData { Value = new byte[bytes], HasValue = true }, 0, bytes + 50, null, out _, out _);
}
