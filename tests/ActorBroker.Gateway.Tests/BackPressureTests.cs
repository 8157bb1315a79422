using System.Net;
using ActorBroker.Gateway.Connections;
using ActorBroker.Gateway.Dispatch;
using ActorBroker.Gateway.Tests.Support;
using ActorBroker.Gateway.Transport;
using ActorBroker.Protocol;
using ActorBroker.Protocol.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorBroker.Gateway.Tests;

/// <summary>What bounds memory: budgets, the window of a connection, and readers that do not read.</summary>
public sealed class BackPressureTests
{
    [Fact]
    public async Task A_budget_admits_in_order_and_lets_an_oversized_demand_in_alone()
    {
        var cancel = TestContext.Current.CancellationToken;
        var budget = new Budget(100);
        await budget.AcquireAsync(80, cancel);
        var large = budget.AcquireAsync(500, cancel).AsTask();
        var small = budget.AcquireAsync(10, cancel).AsTask();
        Assert.Equal(2, budget.Waiting);
        budget.Release(80);
        await large;
        Assert.False(small.IsCompleted);
        budget.Release(500);
        await small;
        Assert.Equal(10, budget.Used);
    }

    [Fact]
    public async Task A_waiter_that_gives_up_lets_those_behind_it_pass()
    {
        var budget = new Budget(100);
        await budget.AcquireAsync(60, TestContext.Current.CancellationToken);
        using var closing = new CancellationTokenSource();
        var leaves = budget.AcquireAsync(90, closing.Token).AsTask();
        var stays = budget.AcquireAsync(40, TestContext.Current.CancellationToken).AsTask();
        await closing.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        await stays;
        Assert.Equal(100, budget.Used);
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_responses_is_not_read_from()
    {
        using var transport = new DeafClient();
        var handler = new CountingHandler();
        var budgets = new Budgets(new Budget(1 << 20), new Budget(1000));
        var api = new ServedApi(ApiKey.Metadata, 0, 0, _ => handler);
        var connection = new Connection(
            transport, "PLAINTEXT",
            new GatewayServices(
                new HandlerTable([new HandlerMatch(api, handler)]), budgets, 1 << 20, TimeProvider.System,
                NullLogger.Instance));
        var running = connection.RunAsync();
        await Eventually.HoldsAsync(() => handler.Count == ResponsePipeline.RequestsMax);
        Assert.False(running.IsCompleted);
        connection.Abort("the test ends");
        await running;
        Assert.Equal(ResponsePipeline.RequestsMax, handler.Count);
        Assert.Equal((0, 0), (budgets.Bytes.Used, budgets.Requests.Used));
    }

    [Fact]
    public async Task A_handler_that_throws_ends_its_connection_and_gives_everything_back()
    {
        using var transport = new DeafClient();
        var handler = new CountingHandler { Fault = new InvalidOperationException("a bug") };
        var budgets = new Budgets(new Budget(1 << 20), new Budget(1000));
        var api = new ServedApi(ApiKey.Metadata, 0, 0, _ => handler);
        await new Connection(
            transport, "PLAINTEXT",
            new GatewayServices(
                new HandlerTable([new HandlerMatch(api, handler)]), budgets, 1 << 20, TimeProvider.System,
                NullLogger.Instance)).RunAsync();
        Assert.Equal(1, handler.Count);
        Assert.Equal((0, 0), (budgets.Bytes.Used, budgets.Requests.Used));
    }

    [Fact]
    public async Task A_stream_sends_parts_of_files_and_ends_its_receives_on_demand()
    {
        var path = Path.GetTempFileName();
        try
        {
            var bytes = new byte[200_000];
            Random.Shared.NextBytes(bytes);
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            await using var file = File.OpenRead(path);
            using var sent = new MemoryStream();
            using var transport = new StreamTransport(sent);
            await transport.SendAsync(new ReadOnlyMemory<byte>[] { new byte[] { 1, 2 }, new byte[] { 3 } });
            await transport.SendFileAsync(file, 1000, 150_000);
            Assert.Equal([1, 2, 3, .. bytes[1000..151_000]], sent.ToArray());
            await Assert.ThrowsAnyAsync<IOException>(async () => await transport.SendFileAsync(file, 199_000, 5000));
            transport.EndReceive();
            Assert.Equal(0, await transport.ReceiveAsync(new byte[1]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class CountingHandler : ApiHandler
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Exception? Fault { get; init; }

        public override bool MayOverlap => true;

        public override short FirstFlexibleVersion => short.MaxValue;

        public override ValueTask<Response> HandleAsync(RequestContext request)
        {
            Interlocked.Increment(ref _count);
            return Fault is null
                ? new ValueTask<Response>(ResponseFrame.End(ResponseFrame.Begin(request.Header.CorrelationId, false)))
                : throw Fault;
        }
    }

    /// <summary>A client that sends requests without end and never takes a byte of the answers.</summary>
    private sealed class DeafClient : ITransport
    {
        private static readonly byte[] Request = TestConnection.Encode(new MetadataRequest { Topics = [] }, 0, 1);
        private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _position;

        public IPEndPoint? Remote => null;

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
        {
            if (_aborted.Task.IsCompleted)
            {
                throw new IOException("aborted");
            }

            for (var index = 0; index < buffer.Length; index++)
            {
                buffer.Span[index] = Request[_position++ % Request.Length];
            }

            return ValueTask.FromResult(buffer.Length);
        }

        public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => BlockAsync();

        public ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> buffers) => BlockAsync();

        public ValueTask SendFileAsync(FileStream file, long position, int length) => BlockAsync();

        public void EndReceive()
        {
        }

        public void Abort() => _aborted.TrySetResult();

        public void Dispose() => Abort();

        private async ValueTask BlockAsync()
        {
            await _aborted.Task;
            throw new IOException("aborted");
        }
    }
}
