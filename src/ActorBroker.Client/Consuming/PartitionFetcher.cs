using System.Buffers.Binary;
using System.Threading.Channels;
using ActorBroker.Client.Cluster;
using ActorBroker.Client.Networking;
using ActorBroker.Protocol.Messages;
using ActorBroker.Records;

namespace ActorBroker.Client.Consuming;

/// <summary>
/// Fetches one partition from an offset on, ahead of its reader by a bounded number of answers, over a connection of
/// its
/// own. Lost connections and moved leaders are got over in silence; anything else ends the channel with the reason.
/// </summary>
internal sealed class PartitionFetcher(
    ClusterClient cluster, string topic, int partition, ConsumerOptions options, long startOffset)
{
    private const short FirstVersionWithTopicIds = 13;

    private readonly Channel<FetchedChunk> _chunks = Channel.CreateBounded<FetchedChunk>(
        new BoundedChannelOptions(options.Prefetch) { SingleReader = true, SingleWriter = true });

    private BrokerConnection? _connection;
    private long _position = startOffset;
    private long _highWatermark = -1;

    public ChannelReader<FetchedChunk> Chunks => _chunks.Reader;

    /// <summary>The partition's high watermark in the latest answer; -1 before the first.</summary>
    public long HighWatermark => Volatile.Read(ref _highWatermark);

    /// <summary>Runs until cancelled, or until a failure that repeating would not mend.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Exception? end = null;
        try
        {
            while (true)
            {
                // Each fetch may take all of the operation's time to find its leader again.
                var chunk = await cluster.RetryAsync(FetchOnceAsync, cancel).ConfigureAwait(false);
                if (chunk is not null)
                {
                    await DeliverAsync(chunk, cancel).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception)
        {
            end = exception;
        }
        finally
        {
            _chunks.Writer.TryComplete(end);
            await DropConnectionAsync().ConfigureAwait(false);
        }
    }

    private async Task DeliverAsync(FetchedChunk chunk, CancellationToken cancel)
    {
        try
        {
            await _chunks.Writer.WriteAsync(chunk, cancel).ConfigureAwait(false);
        }
        catch
        {
            chunk.Dispose();
            throw;
        }
    }

    private async Task<FetchedChunk?> FetchOnceAsync(CancellationToken cancel)
    {
        try
        {
            return await FetchAsync(cancel).ConfigureAwait(false);
        }
        catch (KafkaException exception) when (exception.IsRetriable)
        {
            cluster.Forget(topic);
            await DropConnectionAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<FetchedChunk?> FetchAsync(CancellationToken cancel)
    {
        var metadata = await cluster.TopicAsync(topic, autoCreate: false, cancel).ConfigureAwait(false);
        _connection ??= await cluster.OpenToLeaderAsync(topic, partition, cancel).ConfigureAwait(false);
        var version = _connection.ChooseVersion<FetchRequest>();
        if (metadata.Id == Guid.Empty)
        {
            version = Math.Min(version, (short)(FirstVersionWithTopicIds - 1));
        }

        var patience = cluster.Options.RequestTimeout + options.MaxWait;
        var answer = await _connection.ExchangeAsync<FetchRequest, FetchResponse>(
            NewRequest(metadata.Id, version), version, patience, cancel).ConfigureAwait(false);
        FetchedChunk? chunk = null;
        try
        {
            chunk = TakeChunk(answer);
            return chunk;
        }
        finally
        {
            if (chunk is null)
            {
                answer.Dispose();
            }
        }
    }

    private FetchRequest NewRequest(Guid topicId, short version)
    {
        var byId = version >= FirstVersionWithTopicIds;
        return new FetchRequest
        {
            MaxWaitMs = (int)options.MaxWait.TotalMilliseconds,
            MinBytes = options.MinBytes,
            MaxBytes = options.MaxBytes,
            Topics =
            [
                new()
                {
                    Topic = byId ? "" : topic,
                    TopicId = byId ? topicId : Guid.Empty,
                    Partitions =
                    [
                        new() { Partition = partition, FetchOffset = _position, PartitionMaxBytes = options.MaxBytes },
                    ],
                },
            ],
        };
    }

    private FetchedChunk? TakeChunk(in Answer<FetchResponse> answer)
    {
        var operation = $"Fetching {topic}-{partition} at offset {_position}";
        if (answer.Response.ErrorCode != ErrorCode.None)
        {
            throw new BrokerErrorException(answer.Response.ErrorCode, operation);
        }

        var result = answer.Response.Responses.SelectMany(each => each.Partitions)
            .FirstOrDefault(each => each.PartitionIndex == partition)
            ?? throw new ProtocolViolationException($"{operation}: the broker's answer leaves the partition out.");
        if (result.ErrorCode != ErrorCode.None)
        {
            throw new BrokerErrorException(result.ErrorCode, operation);
        }

        Volatile.Write(ref _highWatermark, result.HighWatermark);
        if (result.Records is not { IsEmpty: false } records)
        {
            return null;
        }

        var whole = WholeBatches(records.Span, out var nextOffset);
        if (whole == 0)
        {
            throw new ProtocolViolationException($"{operation}: the broker's answer holds no whole batch.");
        }

        _position = Math.Max(_position, nextOffset);
        return new FetchedChunk(answer, records[..whole], nextOffset);
    }

    /// <summary>How many bytes whole batches take: an answer may end in the middle of one.</summary>
    private static int WholeBatches(ReadOnlySpan<byte> records, out long nextOffset)
    {
        nextOffset = -1;
        var at = 0;
        while (records.Length - at >= RecordBatchHeader.LengthOverhead)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(records[(at + 8)..]);
            if (length < RecordBatchHeader.Size - RecordBatchHeader.LengthOverhead
                || length > records.Length - at - RecordBatchHeader.LengthOverhead
                || !RecordBatchHeader.TryRead(records[at..], out var header))
            {
                break;
            }

            nextOffset = header.NextOffset;
            at += header.SizeInBytes;
        }

        return at;
    }

    private async ValueTask DropConnectionAsync()
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
