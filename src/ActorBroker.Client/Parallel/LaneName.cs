using ActorBroker.Records;

namespace ActorBroker.Client.Parallel;

/// <summary>A key of a partition. Keys that are bytes are equal where their bytes are.</summary>
internal sealed class LaneName<TKey>(TopicPartition partition, TKey key) : IEquatable<LaneName<TKey>>
{
    public TopicPartition Partition => partition;

    public TKey Key => key;

    public bool Equals(LaneName<TKey>? other) => other is not null && other.Partition == partition
        && (key is byte[] bytes && other.Key is byte[] others
            ? bytes.AsSpan().SequenceEqual(others)
            : EqualityComparer<TKey>.Default.Equals(key, other.Key));

    public override bool Equals(object? obj) => Equals(obj as LaneName<TKey>);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(partition);
        if (key is byte[] bytes)
        {
            hash.AddBytes(bytes);
        }
        else
        {
            hash.Add(key);
        }

        return hash.ToHashCode();
    }
}
