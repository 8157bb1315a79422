using ActorBroker.Records;

namespace ActorBroker.Client.Producing;

/// <summary>
/// A batch on its way from the first record to its acknowledgement. Its owner's lock guards the building.
/// </summary>
internal sealed class ProduceBatch(string topic, int partition, long openedAt) : IDisposable
{
    private readonly RecordBatchBuilder _builder = new();
    private readonly TaskCompletionSource<long> _delivered =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Topic => topic;

    public int Partition => partition;

    /// <summary>The clock's timestamp of the first record: linger and delivery time-out count from it.</summary>
    public long OpenedAt => openedAt;

    public int Count => _builder.Count;

    public int SizeInBytes => _builder.SizeInBytes;

    /// <summary>What the batch's records have reserved of the producer's buffer.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>The sequence of its first record; -1 until it is first sent, and without idempotence.</summary>
    public int BaseSequence { get; set; } = -1;

    /// <summary>Completes with the base offset once the batch is acknowledged.</summary>
    public Task<long> Delivered => _delivered.Task;

    public void Append(in ProducerRecord record, ReadOnlySpan<RecordHeader> headers, long timestampMs, long reserved)
    {
        _builder.Append(timestampMs, record.Key, record.Value, headers);
        ReservedBytes += reserved;
    }

    /// <summary>The batch's bytes; the same for each repetition with the same options.</summary>
    public ReadOnlyMemory<byte> Encode(RecordBatchOptions options) => _builder.Build(options);

    public void Succeed(long baseOffset) => _delivered.TrySetResult(baseOffset);

    public void Fail(Exception exception)
    {
        _delivered.TrySetException(exception);

        // The failure also reaches whoever flushes; a caller that never looks at its record must not crash the process.
        _ = _delivered.Task.Exception;
    }

    public void Dispose() => _builder.Dispose();
}
