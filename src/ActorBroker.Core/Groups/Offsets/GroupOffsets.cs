using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Offsets;

/// <summary>The committed offsets of one group; nothing is allocated before the first.</summary>
internal sealed class GroupOffsets
{
    private Dictionary<TopicPartition, CommittedOffset>? _committed;

    public int Count => _committed?.Count ?? 0;

    /// <summary>All of them, in no particular order; not to be changed meanwhile.</summary>
    public IEnumerable<KeyValuePair<TopicPartition, CommittedOffset>> All => _committed ?? [];

    public CommittedOffset? Find(TopicPartition partition) => _committed?.GetValueOrDefault(partition);

    public void Set(TopicPartition partition, CommittedOffset offset)
    {
        _committed ??= new Dictionary<TopicPartition, CommittedOffset>(1);
        _committed[partition] = offset;
    }

    public void Remove(TopicPartition partition)
    {
        if (_committed is not null && _committed.Remove(partition) && _committed.Count == 0)
        {
            _committed = null;
        }
    }
}
