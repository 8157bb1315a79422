using System.Runtime.InteropServices;
using ActorBroker.Client.Telemetry;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// The reader's side of a consumer: takes what is ready, checks and unpacks it batch by batch. What is only there for
/// the machinery (control batches, batches of aborted transactions, empty batches of compaction) is passed over.
/// </summary>
internal sealed class BatchSource(FetchCoordinator coordinator, ReaderTurns turns) : IDisposable
{
    private readonly PooledBufferWriter _unpacked = new();
    private readonly List<AssignedPartition> _handedOut = [];
    private FetchedChunk? _chunk;
    private bool _isEndShown;
    private bool _isOpen;

    /// <summary>The batch that was given out and is valid still.</summary>
    public ConsumedBatch? Shown { get; private set; }

    /// <summary>What the current batch belongs to; valid after a true of <see cref="TryMoveNext"/>.</summary>
    public FetchedChunk Chunk => _chunk!;

    public RecordBatchHeader Header { get; private set; }

    /// <summary>The current batch's records, uncompressed.</summary>
    public ArraySegment<byte> Block { get; private set; }

    public string ClientId => coordinator.ClientId;

    /// <summary>True where something is to be done in the reader's turn before it goes on.</summary>
    public bool HasTurns => turns.IsAny;

    /// <summary>Does what is to be done in the reader's turn.</summary>
    public ValueTask RunTurnsAsync(CancellationToken cancel) => turns.RunAsync(cancel);

    /// <summary>Waits until something is ready; false once the consumer is closed.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancel)
    {
        turns.BeginWaiting();
        try
        {
            return await coordinator.Ready.WaitToReadAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            turns.EndWaiting();
        }
    }

    /// <summary>The reader asks for more: what it was given is processed.</summary>
    public void Settle()
    {
        turns.Move();
        if (_handedOut.Count > 0)
        {
            foreach (var each in _handedOut)
            {
                each.Settle();
            }

            _handedOut.Clear();
        }
    }

    /// <summary>What begins at an offset is given to the reader.</summary>
    public void HandOut(AssignedPartition partition, long offset)
    {
        if (partition.HandedOutAt != turns.Moves)
        {
            partition.HandedOutAt = turns.Moves;
            partition.Outstanding = offset;
            _handedOut.Add(partition);
        }
    }

    /// <summary>
    /// Goes to the next batch, or end of a partition, that the user is to see; false where none is ready.
    /// </summary>
    /// <param name="meetsFailures">False: what failed stays where it is, for the next call to meet.</param>
    public bool TryMoveNext(bool meetsFailures = true)
    {
        Shown = null;
        while (_chunk is not null || TryTakeChunk())
        {
            var chunk = _chunk!;
            if (chunk.IsStale)
            {
                DropChunk();
            }
            else if (chunk.Failure is not null)
            {
                if (!meetsFailures)
                {
                    return false;
                }

                Meet(chunk);
            }
            else if (chunk.IsEnd && !_isEndShown)
            {
                _isEndShown = true;
                Header = default;
                Block = ArraySegment<byte>.Empty;
                return true;
            }
            else if (TryOpenBatch(chunk))
            {
                return true;
            }
            else
            {
                DropChunk();
            }
        }

        return false;
    }

    /// <summary>The current batch as a whole; the position is after it.</summary>
    public ConsumedBatch Show()
    {
        var chunk = Chunk;
        Shown = new ConsumedBatch(this, chunk, Header, Block, chunk.Position);
        HandOut(chunk.Partition, chunk.Position);
        chunk.Position = Shown.NextOffset;
        return Shown;
    }

    /// <summary>
    /// The failure of a batch that cannot be read from an offset on; the partition goes back to there.
    /// </summary>
    public CorruptBatchException Malformed(FetchedChunk chunk, long offset, string what = "is malformed")
    {
        var failure = new CorruptBatchException(chunk.Partition.Id, offset, what);
        GoBack(chunk, failure, offset);
        return failure;
    }

    /// <summary>After a failure, the partition is fetched again from an offset on.</summary>
    public void GoBack(FetchedChunk chunk, Exception failure, long offset)
    {
        Shown = null;
        coordinator.Settle(chunk, failure, offset);
    }

    public void Dispose()
    {
        Shown = null;
        if (_chunk is not null)
        {
            DropChunk();
        }

        _unpacked.Dispose();
    }

    private bool TryTakeChunk()
    {
        while (coordinator.Ready.TryRead(out var chunk))
        {
            if (coordinator.BeginReading(chunk))
            {
                _chunk = chunk;
                _isEndShown = false;
                _isOpen = false;
                return true;
            }

            chunk.Dispose();
        }

        return false;
    }

    private void DropChunk()
    {
        coordinator.EndReading(_chunk!);
        _chunk!.Dispose();
        _chunk = null;
    }

    private void Meet(FetchedChunk chunk)
    {
        var isSettled = coordinator.Settle(chunk, chunk.Failure!, chunk.Position);
        DropChunk();
        if (!isSettled)
        {
            throw chunk.Failure!;
        }
    }

    /// <summary>Opens the chunk's next batch that has something to show.</summary>
    private bool TryOpenBatch(FetchedChunk chunk)
    {
        if (_isOpen && chunk.Position < Header.NextOffset)
        {
            // A reader that stopped in the middle of the batch is followed by another.
            return true;
        }

        _isOpen = false;
        while (!chunk.Batches.IsEmpty)
        {
            var bytes = chunk.Batches;
            var read = RecordBatch.TryRead(bytes.Span, out var header);
            if (read != BatchReadResult.Ok)
            {
                throw Malformed(chunk, chunk.Position, $"is unreadable ({read})");
            }

            var batch = bytes[..header.SizeInBytes];
            if (IsToShow(chunk, batch.Span, header))
            {
                Block = Unpack(chunk, header, batch[RecordBatchHeader.Size..]);
                Header = header;
                _isOpen = true;
                chunk.Partition.ReadEpoch = header.PartitionLeaderEpoch;
                chunk.Batches = bytes[header.SizeInBytes..];
                ClientInstruments.Consumed(chunk.Partition.Id.Topic, chunk.Partition.Id.Partition, header.RecordCount);
                return true;
            }

            chunk.Batches = bytes[header.SizeInBytes..];
            chunk.Position = Math.Max(chunk.Position, header.NextOffset);
        }

        return false;
    }

    private static bool IsToShow(FetchedChunk chunk, ReadOnlySpan<byte> batch, in RecordBatchHeader header) =>
        !(chunk.Aborted?.Hides(batch, header) ?? header.IsControl) && header.RecordCount > 0;

    private ArraySegment<byte> Unpack(FetchedChunk chunk, in RecordBatchHeader header, ReadOnlyMemory<byte> block)
    {
        if (header.Codec != CompressionCodec.None)
        {
            _unpacked.Clear();
            var result = Compression.Decompress(
                header.Codec, block.Span, _unpacked, coordinator.Options.MaxDecompressedBytes);
            if (result != DecompressionResult.Ok)
            {
                throw Malformed(chunk, chunk.Position, $"does not unpack as {header.Codec} ({result})");
            }

            block = _unpacked.WrittenMemory;
        }

        // Frames and buffers are arrays of the pool; the fallback copies, should that ever change.
        return MemoryMarshal.TryGetArray(block, out var array) ? array : block.ToArray();
    }
}
