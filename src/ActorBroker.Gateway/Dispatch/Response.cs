using System.Buffers;
using ActorBroker.Gateway.Transport;

namespace ActorBroker.Gateway.Dispatch;

/// <summary>What a handler answers: a whole response frame, nothing, or the end of the connection.</summary>
internal abstract class Response : IDisposable
{
    /// <summary>The request has no response (acks=0).</summary>
    public static Response None { get; } = new EmptyResponse();

    /// <summary>The request is answered by closing the connection.</summary>
    public static Response Close { get; } = new EmptyResponse();

    /// <summary>The whole frame, where it lies in memory; such responses are sent together.</summary>
    public virtual ReadOnlyMemory<byte>? Bytes => null;

    /// <summary>Sends the frame, size prefix included.</summary>
    public abstract ValueTask SendAsync(ITransport transport);

    /// <summary>Gives pooled buffers and leases back; called once, sent or not.</summary>
    public abstract void Dispose();

    private sealed class EmptyResponse : Response
    {
        public override ValueTask SendAsync(ITransport transport) => ValueTask.CompletedTask;

        public override void Dispose()
        {
        }
    }
}

/// <summary>A response in one pooled buffer.</summary>
internal sealed class BufferResponse(byte[] pooled, int length) : Response
{
    private byte[]? _pooled = pooled;

    public override ReadOnlyMemory<byte>? Bytes =>
        (_pooled ?? throw new ObjectDisposedException(nameof(BufferResponse))).AsMemory(0, length);

    public override ValueTask SendAsync(ITransport transport) => transport.SendAsync(Bytes!.Value);

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _pooled, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
