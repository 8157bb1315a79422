using System.Net.Sockets;
using System.Security.Authentication;
using ActorBroker.Client.Networking;

namespace ActorBroker.Client.Tests;

/// <summary>One socket: matching, time-outs, cancellation, hostile and broken peers.</summary>
public sealed class FrameConnectionTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly FakeServer _server = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Answers_are_matched_by_correlation_id_in_whatever_order_they_come()
    {
        await using var connection = await OpenAsync();
        var first = connection.SendAsync(Request(), true, Patience, Cancel);
        var second = connection.SendAsync(Request(), true, Patience, Cancel);
        var socket = await _server.AcceptAsync();
        var firstId = FakeServer.CorrelationIdOf((await FakeServer.ReadFrameAsync(socket))!);
        var secondId = FakeServer.CorrelationIdOf((await FakeServer.ReadFrameAsync(socket))!);
        await FakeServer.AnswerAsync(socket, secondId, 2);
        await FakeServer.AnswerAsync(socket, firstId, 1);

        using var secondAnswer = await second;
        using var firstAnswer = await first;
        Assert.Equal(1, firstAnswer!.Bytes.Span[4]);
        Assert.Equal(2, secondAnswer!.Bytes.Span[4]);
    }

    [Fact]
    public async Task Requests_leave_in_the_order_of_the_calls()
    {
        await using var connection = await OpenAsync();
        var pending = Enumerable.Range(0, 200)
            .Select(i => connection.SendAsync(Request((byte)i), true, Patience, Cancel)).ToArray();
        var socket = await _server.AcceptAsync();
        for (var i = 0; i < pending.Length; i++)
        {
            var frame = await FakeServer.ReadFrameAsync(socket);
            Assert.Equal((byte)i, frame![^1]);
            await FakeServer.AnswerAsync(socket, FakeServer.CorrelationIdOf(frame), frame[^1]);
        }

        foreach (var (answer, index) in (await Task.WhenAll(pending)).Select((answer, index) => (answer, index)))
        {
            Assert.Equal((byte)index, answer!.Bytes.Span[4]);
            answer.Dispose();
        }
    }

    [Fact]
    public async Task A_request_without_an_answer_is_done_once_it_is_sent()
    {
        await using var connection = await OpenAsync();
        Assert.Null(await connection.SendAsync(Request(), false, Patience, Cancel));
        var socket = await _server.AcceptAsync();
        Assert.NotNull(await FakeServer.ReadFrameAsync(socket));
    }

    [Fact]
    public async Task A_request_without_an_answer_that_is_lost_on_its_way_fails_at_once()
    {
        await using var connection = await OpenAsync();
        var frame = Request();
        frame.Writer.WriteRaw(new byte[32 * 1024 * 1024]);
        var pending = connection.SendAsync(frame, false, Patience, Cancel);
        var socket = await _server.AcceptAsync();
        await socket.ReceiveAsync(new byte[1], Cancel);
        socket.Dispose();

        await Assert.ThrowsAsync<ConnectionFailedException>(() => pending);
    }

    [Fact]
    public async Task A_late_answer_fails_the_connection_and_everything_behind_it()
    {
        await using var connection = await OpenAsync();
        var behind = connection.SendAsync(Request(), true, Patience, Cancel);
        await Assert.ThrowsAsync<ClientTimeoutException>(
            () => connection.SendAsync(Request(), true, TimeSpan.FromMilliseconds(20), Cancel));

        await Assert.ThrowsAsync<ClientTimeoutException>(() => behind);
        Assert.False(connection.IsOpen);
        await Assert.ThrowsAsync<ClientTimeoutException>(() => connection.SendAsync(Request(), true, Patience, Cancel));
    }

    [Fact]
    public async Task A_cancelled_caller_leaves_the_connection_to_the_others()
    {
        await using var connection = await OpenAsync();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var cancelled = connection.SendAsync(Request(), true, Patience, source.Token);
        var kept = connection.SendAsync(Request(), true, Patience, Cancel);
        var socket = await _server.AcceptAsync();
        var cancelledId = FakeServer.CorrelationIdOf((await FakeServer.ReadFrameAsync(socket))!);
        var keptId = FakeServer.CorrelationIdOf((await FakeServer.ReadFrameAsync(socket))!);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await FakeServer.AnswerAsync(socket, cancelledId, 1);
        await FakeServer.AnswerAsync(socket, keptId, 2);

        using var answer = await kept;
        Assert.Equal(2, answer!.Bytes.Span[4]);
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_peer_that_closes_fails_what_is_under_way_as_retriable()
    {
        await using var connection = await OpenAsync();
        var pending = connection.SendAsync(Request(), true, Patience, Cancel);
        var socket = await _server.AcceptAsync();
        await FakeServer.ReadFrameAsync(socket);
        socket.Dispose();

        var failure = await Assert.ThrowsAsync<ConnectionFailedException>(() => pending);
        Assert.True(failure.IsRetriable);
    }

    [Theory]
    [InlineData(new byte[] { 0x7f, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x00, 0x00, 0x00, 0x03 })]
    [InlineData(new byte[] { (byte)'H', (byte)'T', (byte)'T', (byte)'P' })]
    public async Task An_impossible_length_is_refused_before_memory_is_taken(byte[] length)
    {
        await using var connection = await OpenAsync();
        var pending = connection.SendAsync(Request(), true, Patience, Cancel);
        var socket = await _server.AcceptAsync();
        await socket.SendAsync(length, Cancel);

        var failure = await Assert.ThrowsAsync<ProtocolViolationException>(() => pending);
        Assert.Contains("Kafka listener", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_to_no_request_ends_the_connection()
    {
        await using var connection = await OpenAsync();
        var pending = connection.SendAsync(Request(), true, Patience, Cancel);
        var socket = await _server.AcceptAsync();
        await FakeServer.AnswerAsync(socket, 4711);

        await Assert.ThrowsAsync<ProtocolViolationException>(() => pending);
    }

    [Fact]
    public async Task A_port_without_a_listener_is_reported_with_its_address()
    {
        var address = _server.Address;
        await _server.DisposeAsync();

        var failure = await Assert.ThrowsAsync<ConnectionFailedException>(
            () => FrameConnection.OpenAsync(BrokerAddress.ParseList(address)[0], Options(address), Cancel));
        Assert.Contains(address, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_opens_the_connection_where_there_is_one()
    {
        var asked = new List<(string, int)>();
        var options = Options("nowhere:7") with
        {
            ConnectCallback = async (host, port, cancel) =>
            {
                asked.Add((host, port));
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync("127.0.0.1", _server.Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        await using var connection = await FrameConnection.OpenAsync(
            BrokerAddress.ParseList("nowhere:7")[0], options, Cancel);
        var pending = connection.SendAsync(Request(5), true, Patience, Cancel);
        var socket = await _server.AcceptAsync();
        var frame = (await FakeServer.ReadFrameAsync(socket))!;
        await FakeServer.AnswerAsync(socket, FakeServer.CorrelationIdOf(frame), 9);

        using var answer = await pending;
        Assert.Equal((5, 9), (frame[^1], answer!.Bytes.Span[4]));
        Assert.Equal([("nowhere", 7)], asked);

        socket.Dispose();
        await Assert.ThrowsAsync<ConnectionFailedException>(
            () => connection.SendAsync(Request(), true, Patience, Cancel));
    }

    [Fact]
    public async Task A_callback_that_fails_is_a_broker_out_of_reach()
    {
        var options = Options("nowhere:7") with
        {
            ConnectCallback = (_, _, _) => throw new IOException("the tunnel is closed"),
        };

        var failure = await Assert.ThrowsAsync<ConnectionFailedException>(
            () => FrameConnection.OpenAsync(BrokerAddress.ParseList("nowhere:7")[0], options, Cancel));

        Assert.Contains("nowhere:7: the tunnel is closed", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsRetriable);
    }

    [Fact]
    public async Task A_refused_certificate_is_a_broker_out_of_reach()
    {
        var options = Options("nowhere:7") with
        {
            ConnectCallback = (_, _, _) => throw new AuthenticationException("the certificate is invalid"),
        };

        var failure = await Assert.ThrowsAsync<ConnectionFailedException>(
            () => FrameConnection.OpenAsync(BrokerAddress.ParseList("nowhere:7")[0], options, Cancel));

        Assert.IsType<AuthenticationException>(failure.InnerException);
    }

    [Fact]
    public async Task A_callback_that_heeds_no_token_is_waited_for_no_longer_and_its_late_stream_disposed()
    {
        var late = new TaskCompletionSource<Stream>();
        var clock = new StillTime();
        var options = Options("nowhere:7") with
        {
            ConnectCallback = (_, _, _) => new ValueTask<Stream>(late.Task),
            TimeProvider = clock,
        };
        var opening = FrameConnection.OpenAsync(BrokerAddress.ParseList("nowhere:7")[0], options, Cancel);
        Assert.False(opening.IsCompleted);

        clock.Ring(options.ConnectTimeout);
        await Assert.ThrowsAsync<ConnectionFailedException>(() => opening);
        var stream = new BrokenStream();
        late.SetResult(stream);

        await stream.Disposed.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Whatever_a_stream_throws_while_it_is_read_ends_the_connection()
    {
        var options = Options("nowhere:7") with
        {
            ConnectCallback = (_, _, _) => new ValueTask<Stream>(new BrokenStream()),
        };
        await using var connection = await FrameConnection.OpenAsync(
            BrokerAddress.ParseList("nowhere:7")[0], options, Cancel);

        var failure = await Assert.ThrowsAsync<ConnectionFailedException>(
            () => connection.SendAsync(Request(), true, Patience, Cancel));

        Assert.IsType<AuthenticationException>(failure.InnerException);
        Assert.False(connection.IsOpen);
    }

    private sealed class BrokenStream : MemoryStream
    {
        private readonly TaskCompletionSource _disposed = new();

        public Task Disposed => _disposed.Task;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new AuthenticationException("the certificate was revoked");

        protected override void Dispose(bool disposing)
        {
            _disposed.TrySetResult();
            base.Dispose(disposing);
        }
    }

    private static ClientOptions Options(string address) => new() { BootstrapServers = address };

    private static RequestFrame Request(byte mark = 0)
    {
        var frame = new RequestFrame();
        var writer = frame.Writer;
        writer.WriteInt32(0);
        writer.WriteInt32(0);
        writer.WriteInt32(0);
        writer.WriteInt8((sbyte)mark);
        return frame;
    }

    private Task<FrameConnection> OpenAsync() =>
        FrameConnection.OpenAsync(BrokerAddress.ParseList(_server.Address)[0], Options(_server.Address), Cancel);
}
