using ActorBroker.Client.Consuming;
using ActorBroker.Records;

namespace ActorBroker.Client;

/// <summary>
/// One batch of a partition, checked and unpacked, with the records where they came to lie: walk it by
/// <c>foreach</c>, without a copy or an allocation for each record. Valid until the next batch is asked for.
/// </summary>
public sealed class ConsumedBatch
{
    private readonly BatchSource _source;
    private readonly RecordBatchHeader _header;
    private readonly ArraySegment<byte> _block;
    private readonly FetchedChunk _chunk;
    private readonly long _from;

    internal ConsumedBatch(
        BatchSource source, FetchedChunk chunk, in RecordBatchHeader header, ArraySegment<byte> block, long from)
    {
        _source = source;
        _chunk = chunk;
        _header = header;
        _block = block;
        _from = from;
        TopicPartition = chunk.Partition.Id;
    }

    /// <summary>The batch's partition.</summary>
    public TopicPartition TopicPartition { get; }

    /// <summary>The offset after the batch: where the partition's position is now.</summary>
    public long NextOffset => IsPartitionEof ? _from : _header.NextOffset;

    /// <summary>The epoch of the leader that appended the batch, which belongs to a commit; -1 where unknown.</summary>
    public int LeaderEpoch => _header.PartitionLeaderEpoch;

    /// <summary>The most records that walking it can give; fewer where the position lay inside the batch.</summary>
    public int RecordCount => _header.RecordCount;

    /// <summary>
    /// True where this is no batch but the notice of <see cref="ConsumerOptions.EnablePartitionEof"/>, without records.
    /// </summary>
    public bool IsPartitionEof => _chunk.IsEnd;

    /// <summary>Walks the records at and after the position.</summary>
    /// <exception cref="InvalidOperationException">The next batch was asked for already.</exception>
    public Enumerator GetEnumerator() => _source.Shown == this
        ? new Enumerator(this)
        : throw new InvalidOperationException("The batch is no longer valid: the next one was asked for.");

    /// <summary>Walks a batch's records.</summary>
    public struct Enumerator
    {
        private readonly ConsumedBatch _batch;
        private RecordCursor _cursor;
        private ConsumedRecord _current;

        internal Enumerator(ConsumedBatch batch)
        {
            _batch = batch;
            _cursor = batch.IsPartitionEof
                ? default
                : new RecordCursor(batch._header, batch._block, batch.TopicPartition.Partition);
        }

        /// <summary>The record.</summary>
        public readonly ConsumedRecord Current => _current;

        /// <summary>Goes to the next record.</summary>
        /// <exception cref="CorruptBatchException">The records contradict the batch's header.</exception>
        public bool MoveNext()
        {
            while (_cursor.TryRead(out _current))
            {
                // The first batch of a fetch may begin before the offset that was asked for.
                if (_current.Offset >= _batch._from)
                {
                    return true;
                }
            }

            return _cursor.IsComplete ? false : throw _batch._source.Malformed(_batch._chunk, _batch._from);
        }
    }
}
