using System.Runtime.CompilerServices;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Consuming;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// Reads one partition from a start position on. It fetches ahead while the caller works, checks every batch's
/// checksum,
/// and unpacks every codec. One reader at a time.
/// </summary>
public sealed class PartitionConsumer : IAsyncDisposable
{
    private readonly ClusterClient _cluster;
    private readonly string _topic;
    private readonly int _partition;
    private readonly StartPosition _start;
    private readonly ConsumerOptions _options;
    private readonly CancellationTokenSource _closing = new();
    private readonly PooledBufferWriter _unpacked = new();
    private PartitionFetcher? _fetcher;
    private Task _fetching = Task.CompletedTask;
    private int _started;

    internal PartitionConsumer(
        ClusterClient cluster, string topic, int partition, StartPosition start, ConsumerOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Prefetch, 1);
        _cluster = cluster;
        _topic = topic;
        _partition = partition;
        _start = start;
        _options = options;
    }

    /// <summary>The offset of the next record to read; -1 before reading has begun.</summary>
    public long Position { get; private set; } = -1;

    /// <summary>The partition's high watermark as last heard; -1 before the first answer.</summary>
    public long HighWatermark => _fetcher?.HighWatermark ?? -1;

    /// <summary>
    /// The records from the start position on. To be called once; open another consumer to read again.
    /// </summary>
    /// <param name="until">Ends before this offset; null never ends, and waits for records to come.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BrokerErrorException">E.g. the offset is not, or no longer, in the partition.</exception>
    public async IAsyncEnumerable<ConsumedRecord> ReadAsync(
        long? until = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("A partition consumer is read once.");
        }

        Position = await OffsetLookup.FindAsync(_cluster, _topic, _partition, _start, cancel).ConfigureAwait(false);
        var fetcher = new PartitionFetcher(_cluster, _topic, _partition, _options, Position);
        _fetcher = fetcher;
        _fetching = Task.Run(() => fetcher.RunAsync(_closing.Token), CancellationToken.None);
        while ((until is null || Position < until)
            && await fetcher.Chunks.WaitToReadAsync(cancel).ConfigureAwait(false))
        {
            fetcher.Chunks.TryRead(out var taken);
            using var chunk = taken!;
            var batches = chunk.Batches;
            while (!batches.IsEmpty)
            {
                var cursor = OpenBatch(ref batches);
                while (cursor.TryRead(out var record))
                {
                    if (record.Offset >= until)
                    {
                        yield break;
                    }

                    // The first batch may begin before the offset that was asked for.
                    if (record.Offset >= Position)
                    {
                        Position = record.Offset + 1;
                        yield return record;
                    }
                }

                Require(cursor.IsComplete, "is malformed");
            }

            Position = Math.Max(Position, chunk.NextOffset);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _fetching.ConfigureAwait(false);
        while (_fetcher is not null && _fetcher.Chunks.TryRead(out var unread))
        {
            unread.Dispose();
        }

        _unpacked.Dispose();
    }

    /// <summary>Checks and unpacks the next batch; one that only steers transactions has nothing to read.</summary>
    private RecordCursor OpenBatch(ref ReadOnlyMemory<byte> batches)
    {
        var read = RecordBatch.TryRead(batches.Span, out var header);
        Require(read == BatchReadResult.Ok, $"is unreadable ({read})");
        var block = batches[RecordBatchHeader.Size..header.SizeInBytes];
        batches = batches[header.SizeInBytes..];
        if (header.IsControl)
        {
            return default;
        }

        if (header.Codec != CompressionCodec.None)
        {
            _unpacked.Clear();
            var result = Compression.Decompress(header.Codec, block.Span, _unpacked, _options.MaxDecompressedBytes);
            Require(result == DecompressionResult.Ok, $"does not unpack as {header.Codec} ({result})");
            block = _unpacked.WrittenMemory;
        }

        return new RecordCursor(header, block, _partition);
    }

    private void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new ProtocolViolationException(
                $"The batch of {_topic}-{_partition} at or after offset {Position} {what}.");
        }
    }
}
