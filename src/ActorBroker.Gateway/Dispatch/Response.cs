using ActorBroker.Gateway.Transport;
using ActorBroker.Protocol;

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

    /// <summary>
    /// A closed connection serves the client better, if nothing else of it is in work whose answer would be lost.
    /// </summary>
    public virtual bool PrefersClose => false;

    /// <summary>Bytes of the whole frame.</summary>
    public abstract long Length { get; }

    /// <summary>Sends the frame, size prefix included.</summary>
    public abstract ValueTask SendAsync(ITransport transport);

    /// <summary>Gives pooled buffers and leases back; called once, sent or not.</summary>
    public abstract void Dispose();

    private sealed class EmptyResponse : Response
    {
        public override long Length => 0;

        public override ValueTask SendAsync(ITransport transport) => ValueTask.CompletedTask;

        public override void Dispose()
        {
        }
    }
}

/// <summary>A response in one pooled buffer.</summary>
/// <param name="frame">The whole frame.</param>
/// <param name="prefersClose">See <see cref="Response.PrefersClose"/>.</param>
internal sealed class BufferResponse(KafkaWriter frame, bool prefersClose = false) : Response
{
    public override bool PrefersClose => prefersClose;

    public override ReadOnlyMemory<byte>? Bytes => frame.WrittenMemory;

    public override long Length => frame.Length;

    public override ValueTask SendAsync(ITransport transport) => transport.SendAsync(frame.WrittenMemory);

    public override void Dispose() => frame.Dispose();
}
