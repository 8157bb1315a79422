using ActorBroker.Client.Consuming;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client;

// Single records, looked at from outside of any consumer: how old is what a group reads next?
public sealed partial class AdminClient
{
    private const int FetchesAtATime = 16;
    private const int BatchesMax = 8;
    private const int FetchBytesMax = 64 << 20;

    /// <summary>
    /// The first record at or after an offset of each partition: its offset and time. Partitions that have none, or
    /// whose offset is out of range, are not in the answer. One batch of each partition is read.
    /// </summary>
    public async Task<IReadOnlyDictionary<TopicPartition, ListedOffset>> FindRecordsAsync(
        IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        var found = new Dictionary<TopicPartition, ListedOffset>();
        foreach (var some in offsets.Chunk(FetchesAtATime))
        {
            var records = await Task.WhenAll(some.Select(
                each => RunAsync(token => FindRecordAsync(each.Key, each.Value, token), cancel)))
                .ConfigureAwait(false);
            foreach (var (partition, record) in some.Select(each => each.Key).Zip(records))
            {
                if (record is { } one)
                {
                    found[partition] = one;
                }
            }
        }

        return found;
    }

    private async Task<ListedOffset?> FindRecordAsync(TopicPartition partition, long offset, CancellationToken cancel)
    {
        // Compaction, or the markers of transactions, may leave batches without a record to read.
        for (var left = BatchesMax; left > 0; left--)
        {
            var leader = await _cluster.LeaderAsync(partition.Topic, partition.Partition, autoCreate: false, cancel)
                .ConfigureAwait(false);
            var version = Math.Min(
                leader.ChooseVersion<FetchRequest>(), (short)(FetchSession.FirstVersionWithTopicIds - 1));
            using var answer = await leader.ExchangeAsync<FetchRequest, FetchResponse>(
                NewFetch(partition, offset), version, _cluster.Options.RequestTimeout, cancel).ConfigureAwait(false);
            Require(answer.Response.ErrorCode, $"Reading {partition}");
            var part = answer.Response.Responses.SelectMany(each => each.Partitions)
                .FirstOrDefault(each => each.PartitionIndex == partition.Partition);
            if (part?.ErrorCode is null or ErrorCode.OffsetOutOfRange)
            {
                return null;
            }

            RequireOfLeader(part.ErrorCode, $"Reading {partition}", partition.Topic);
            var read = FirstRecord(partition, part.Records, offset);
            if (read.Found is not null || read.Next == offset)
            {
                return read.Found;
            }

            offset = read.Next;
        }

        return null;
    }

    private static (ListedOffset? Found, long Next) FirstRecord(
        TopicPartition partition, ReadOnlyMemory<byte>? records, long offset)
    {
        var rest = records.GetValueOrDefault();
        var next = offset;
        using var decompressor = new RecordBatchDecompressor(FetchBytesMax);
        while (RecordBatch.TryRead(rest.Span, out var header) == BatchReadResult.Ok)
        {
            next = header.NextOffset;
            if (!header.IsControl && next > offset)
            {
                if (decompressor.Open(rest.Span, header, out var reader) != DecompressionResult.Ok)
                {
                    throw new CorruptBatchException(partition, header.BaseOffset, "can't be decompressed");
                }

                while (reader.MoveNext())
                {
                    if (header.BaseOffset + reader.OffsetDelta >= offset)
                    {
                        var time = header.TimestampType == TimestampType.LogAppendTime
                            ? header.MaxTimestamp
                            : header.BaseTimestamp + reader.TimestampDelta;
                        return (
                            new ListedOffset(
                                header.BaseOffset + reader.OffsetDelta, time, header.PartitionLeaderEpoch),
                            next);
                    }
                }
            }

            rest = rest[header.SizeInBytes..];
        }

        return (null, next);
    }

    private static FetchRequest NewFetch(TopicPartition partition, long offset) => new()
    {
        MinBytes = 1,
        MaxBytes = FetchBytesMax,
        SessionEpoch = -1,
        Topics =
        [
            new()
            {
                Topic = partition.Topic,
                Partitions =
                [
                    // A batch that is larger comes all the same, as the first one does always.
                    new() { Partition = partition.Partition, FetchOffset = offset, PartitionMaxBytes = 1 },
                ],
            },
        ],
    };
}
