using System.Buffers;
using System.IO.Pipelines;

namespace ActorBroker.Orleans;

/// <summary>
/// One end of a connection whose bytes somebody else carries. Whoever speaks has the stream; the carrier takes what was
/// written from <see cref="Outgoing"/>, and puts what is to be read into <see cref="Incoming"/>. What waits on either
/// way is bounded: a writer waits until the other side has taken enough.
/// </summary>
/// <remarks>One read and one write at a time, on each side. Disposing and breaking may come from any thread.</remarks>
internal sealed class CarriedStream : Stream
{
    private const int WaitingBytesMax = 1 << 20;

    /// <summary>A pipe takes all that it is given before it lets anybody wait.</summary>
    private const int PieceBytes = 64 << 10;

    private static readonly PipeOptions Options = new(
        pauseWriterThreshold: WaitingBytesMax, resumeWriterThreshold: WaitingBytesMax / 2,
        useSynchronizationContext: false);

    private readonly Pipe _outgoing = new(Options);
    private readonly Pipe _incoming = new(Options);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IOException? _end;

    /// <summary>What was written, for the carrier.</summary>
    public PipeReader Outgoing => _outgoing.Reader;

    /// <summary>What is to be read, from the carrier; it completes it where the other end has closed.</summary>
    public PipeWriter Incoming => _incoming.Writer;

    /// <summary>Nobody reads and writes any longer; what was written before may still be carried.</summary>
    public bool IsClosed => Volatile.Read(ref _end) is not null;

    /// <summary>Ends when it is closed.</summary>
    public Task Closed => _closed.Task;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The carrier can't go on: whoever reads or writes learns why.</summary>
    public void Break(IOException reason)
    {
        if (Interlocked.CompareExchange(ref _end, reason, null) is not null)
        {
            return;
        }

        // Nobody may be left waiting, on either side of either pipe.
        _incoming.Reader.CancelPendingRead();
        _outgoing.Writer.CancelPendingFlush();
        _incoming.Writer.CancelPendingFlush();
        _outgoing.Reader.CancelPendingRead();
        _closed.TrySetResult();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        var result = await _incoming.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfEnded();
        var taken = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
        taken.CopyTo(buffer.Span);
        var length = (int)taken.Length;
        _incoming.Reader.AdvanceTo(taken.End);
        return length;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(buffer.Length, PieceBytes)];
            await _outgoing.Writer.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            ThrowIfEnded();
            buffer = buffer[piece.Length..];
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
        // What is written is under way.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Break(new IOException("The connection was closed on this side."));
        base.Dispose(disposing);
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _end) is { } end)
        {
            throw new IOException(end.Message, end);
        }
    }
}
