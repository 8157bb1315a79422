namespace ActorBroker.Client.Producing;

/// <summary>A batch in a broker's line: its bytes, held by a lease, and where its outcome goes.</summary>
internal sealed class WaitingBatch(
    ProduceBatch leased, byte[] header, ReadOnlyMemory<byte> records, CancellationToken cancel)
{
    private readonly TaskCompletionSource<ProduceOutcome> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Topic => leased.Topic;

    public int Partition => leased.Partition;

    public ReadOnlyMemory<byte> Header => header;

    public ReadOnlyMemory<byte> Records => records;

    public int SizeInBytes => header.Length + records.Length;

    public CancellationToken Cancel => cancel;

    /// <summary>What the request gives back when it no longer sends from the bytes.</summary>
    public IDisposable BytesLease => leased;

    public Task<ProduceOutcome> Outcome => _outcome.Task;

    public bool IsOfSamePartition(WaitingBatch other) => Partition == other.Partition && Topic == other.Topic;

    /// <summary>The first end counts.</summary>
    public void End(in ProduceOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <summary>It is not sent any more.</summary>
    public void Drop()
    {
        leased.Dispose();
        _outcome.TrySetCanceled(cancel);
    }
}
