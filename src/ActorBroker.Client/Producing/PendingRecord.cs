using ActorBroker.Client.Producing;

namespace ActorBroker.Client;

/// <summary>A record that the producer has taken; ask it when and where the record was stored.</summary>
/// <remarks>It costs nothing where nobody asks.</remarks>
public readonly struct PendingRecord : IEquatable<PendingRecord>
{
    private readonly ProduceBatch _batch;
    private readonly int _index;

    internal PendingRecord(ProduceBatch batch, int index)
    {
        _batch = batch;
        _index = index;
    }

    /// <summary>The record's topic.</summary>
    public string Topic => _batch.Topic;

    /// <summary>The record's partition.</summary>
    public int Partition => _batch.Partition;

    /// <summary>True once the record is stored, or has failed for good.</summary>
    public bool IsSettled => _batch.Delivered.IsCompleted;

    /// <summary>True once the record has failed for good: <see cref="DeliveredAsync"/> says why.</summary>
    public bool HasFailed => _batch.Delivered.IsFaulted;

    /// <summary>Waits until the record is acknowledged; throws where it has failed for good.</summary>
    /// <exception cref="KafkaException">Why it failed.</exception>
    public async ValueTask<RecordMetadata> DeliveredAsync(CancellationToken cancel = default)
    {
        var batch = _batch;
        var index = _index;
        await batch.Delivered.WaitAsync(cancel).ConfigureAwait(false);
        return new RecordMetadata(batch.Topic, batch.Partition, batch.OffsetOf(index));
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
