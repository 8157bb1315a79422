using ActorBroker.Client.Producing;

namespace ActorBroker.Client;

/// <summary>A record that the producer has taken; ask it when and where the record was stored.</summary>
public readonly struct PendingRecord : IEquatable<PendingRecord>
{
    private readonly ProduceBatch _batch;
    private readonly int _index;

    internal PendingRecord(ProduceBatch batch, int index)
    {
        _batch = batch;
        _index = index;
    }

    /// <summary>The record's partition.</summary>
    public int Partition => _batch.Partition;

    /// <summary>True once the record has failed for good: <see cref="DeliveredAsync"/> says why.</summary>
    public bool HasFailed => _batch.Delivered.IsFaulted;

    /// <summary>Waits until the record is acknowledged; throws where it has failed for good.</summary>
    public async ValueTask<RecordMetadata> DeliveredAsync(CancellationToken cancel = default)
    {
        var batch = _batch;
        var index = _index;
        var baseOffset = await batch.Delivered.WaitAsync(cancel).ConfigureAwait(false);
        return new RecordMetadata(batch.Topic, batch.Partition, baseOffset < 0 ? -1 : baseOffset + index);
    }

    /// <inheritdoc/>
    public bool Equals(PendingRecord other) => ReferenceEquals(_batch, other._batch) && _index == other._index;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PendingRecord other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_batch, _index);

    /// <summary>The same record.</summary>
    public static bool operator ==(PendingRecord left, PendingRecord right) => left.Equals(right);

    /// <summary>Different records.</summary>
    public static bool operator !=(PendingRecord left, PendingRecord right) => !left.Equals(right);
}
