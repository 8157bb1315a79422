using System.Diagnostics;
using ActorBroker.Cli.Terminal;
using ActorBroker.Client;
using ActorBroker.Records;

namespace ActorBroker.Cli.Consuming;

/// <summary>
/// Reads as a member of a group into one sink. What is committed was written before, so that a tool which is killed
/// repeats records and loses none.
/// </summary>
internal sealed class MemberRun(
    KafkaClient client, string topic, ConsumerOptions options, IRecordSink sink, TransferMeter meter) : IDisposable
{
    private static readonly TimeSpan CommitInterval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<TopicPartition, OffsetAndMetadata> _written = [];
    private readonly HashSet<TopicPartition> _notAtEnd = [];
    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();

    // A rebalance may begin while the tool waits for records and commits: the two commit one after the other.
    private readonly SemaphoreSlim _committing = new(1, 1);

    public long? MaxRecords { get; init; }

    /// <summary>Ends when all partitions that this member was given are read.</summary>
    public bool ExitsAtEnd { get; init; }

    /// <summary>Says on standard error which partitions come and go.</summary>
    public bool TellsAssignments { get; init; }

    public void Dispose() => _committing.Dispose();

    public async Task ReadAllAsync(CancellationToken cancel)
    {
        if (MaxRecords == 0)
        {
            return;
        }

        await using var consumer = client.CreateConsumer(options);
        consumer.Subscribe([topic], new RebalanceHandlers
        {
            Assigned = (partitions, _) => Tell("assigned", partitions),
            Revoked = async (partitions, token) =>
            {
                await CommitAsync(consumer, token).ConfigureAwait(false);
                await Tell("revoked", partitions).ConfigureAwait(false);
            },
            Lost = async (partitions, token) =>
            {
                await _committing.WaitAsync(token).ConfigureAwait(false);
                _written.Clear();
                _committing.Release();
                await Tell("lost", partitions).ConfigureAwait(false);
            },
        });
        try
        {
            await ReadAsync(consumer, cancel).ConfigureAwait(false);
        }
        finally
        {
            await CommitAsync(consumer, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(Consumer<byte[]?, byte[]?> consumer, CancellationToken cancel)
    {
        await using var batches = consumer.ReadBatchesAsync(cancel).GetAsyncEnumerator(cancel);
        while (await NextAsync(consumer, batches, cancel).ConfigureAwait(false))
        {
            var batch = batches.Current;
            if (!Take(batch) || (ExitsAtEnd && IsAtEnd(batch)))
            {
                return;
            }

            if (_sinceCommit.Elapsed >= CommitInterval)
            {
                await CommitAsync(consumer, cancel).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> NextAsync(
        Consumer<byte[]?, byte[]?> consumer, IAsyncEnumerator<ConsumedBatch> batches, CancellationToken cancel)
    {
        var next = batches.MoveNextAsync();
        if (!next.IsCompleted)
        {
            // Nothing is at hand: time to show what there was, and to commit it.
            await CommitAsync(consumer, cancel).ConfigureAwait(false);
        }

        return await next.ConfigureAwait(false);
    }

    private async Task CommitAsync(Consumer<byte[]?, byte[]?> consumer, CancellationToken cancel)
    {
        await _committing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            sink.Pause();
            _sinceCommit.Restart();
            await consumer.CommitAsync(_written, cancel).ConfigureAwait(false);
            _written.Clear();
        }
        finally
        {
            _committing.Release();
        }
    }

    /// <summary>Writes a batch's records; false once no more are wanted.</summary>
    private bool Take(ConsumedBatch batch)
    {
        foreach (var record in batch)
        {
            meter.Add(sink.Write(record));
            _written[batch.TopicPartition] = new OffsetAndMetadata(record.Offset + 1, batch.LeaderEpoch);
            if (meter.Records >= MaxRecords)
            {
                return false;
            }
        }

        if (batch.RecordCount > 0)
        {
            _written[batch.TopicPartition] = new OffsetAndMetadata(batch.NextOffset, batch.LeaderEpoch);
        }

        return true;
    }

    private bool IsAtEnd(ConsumedBatch batch)
    {
        _ = batch.IsPartitionEof ? _notAtEnd.Remove(batch.TopicPartition) : _notAtEnd.Add(batch.TopicPartition);
        return _notAtEnd.Count == 0;
    }

    private ValueTask Tell(string what, IReadOnlyCollection<TopicPartition> partitions)
    {
        if (what == "assigned")
        {
            _notAtEnd.UnionWith(partitions);
        }
        else
        {
            _notAtEnd.ExceptWith(partitions);
        }

        if (TellsAssignments)
        {
            var numbers = string.Join(", ", partitions.Select(each => each.Partition).Order());
            Console.Error.WriteLine($"{what}: {topic} {numbers}");
        }

        return ValueTask.CompletedTask;
    }
}
