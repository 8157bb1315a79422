namespace ActorBroker.Orleans.Tests;

/// <summary>A stream whose bytes somebody carries.</summary>
public sealed class CarriedStreamTests
{
    [Fact]
    public async Task A_writer_waits_while_too_much_is_not_carried_yet()
    {
        await using var stream = new CarriedStream();
        var carrier = new Carrier(stream);

        var writing = stream.WriteAsync(new byte[3 << 20], Cancel).AsTask();
        Assert.False(writing.IsCompleted);
        var carried = 0;
        while (carried < 3 << 20)
        {
            carried += (await carrier.TakeAsync(Cancel))!.Value.Length;
        }

        await writing;
        Assert.Equal(3 << 20, carried);
    }

    [Fact]
    public async Task What_was_written_before_the_end_is_still_carried_and_nothing_after_it()
    {
        var stream = new CarriedStream();
        var carrier = new Carrier(stream);
        await stream.WriteAsync("last"u8.ToArray(), Cancel);
        await stream.DisposeAsync();

        Assert.Equal("last"u8.ToArray(), (await carrier.TakeAsync(Cancel))!.Value.ToArray());
        Assert.Null(await carrier.TakeAsync(Cancel));
        await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task Whoever_waits_learns_why_it_broke()
    {
        await using var stream = new CarriedStream();
        var carrier = new Carrier(stream);
        var reading = stream.ReadAsync(new byte[1], Cancel).AsTask();
        var carrying = carrier.TakeAsync(Cancel).AsTask();

        stream.Break(new IOException("the silo has gone"));

        Assert.Equal("the silo has gone", (await Assert.ThrowsAsync<IOException>(() => reading)).Message);
        Assert.True((await carrying)!.Value.IsEmpty);
        Assert.Null(await carrier.TakeAsync(Cancel));
    }

    [Fact]
    public async Task A_full_stream_that_breaks_lets_its_writer_go()
    {
        await using var stream = new CarriedStream();
        var writing = stream.WriteAsync(new byte[3 << 20], Cancel).AsTask();

        stream.Break(new IOException("the silo has gone"));

        Assert.Equal("the silo has gone", (await Assert.ThrowsAsync<IOException>(() => writing)).Message);
    }

    [Fact]
    public async Task What_the_other_end_sent_is_read_up_to_its_end()
    {
        await using var stream = new CarriedStream();
        await stream.Incoming.WriteAsync("ab"u8.ToArray(), Cancel);
        await stream.Incoming.CompleteAsync();
        var buffer = new byte[1];

        Assert.Equal(1, await stream.ReadAsync(buffer, Cancel));
        Assert.Equal((byte)'a', buffer[0]);
        Assert.Equal(1, await stream.ReadAsync(buffer, Cancel));
        Assert.Equal(0, await stream.ReadAsync(buffer, Cancel));
    }

    [Fact]
    public async Task Reads_of_any_size_give_every_byte_once()
    {
        await using var stream = new CarriedStream();
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        await stream.Incoming.WriteAsync(sent, Cancel);
        await stream.Incoming.CompleteAsync();
        var read = new MemoryStream();

        await stream.CopyToAsync(read, 10_007, Cancel);

        Assert.Equal(sent, read.ToArray());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
