using ActorBroker.Records;

namespace ActorBroker.Core.Groups.Offsets;

/// <summary>The committed offsets of one group.</summary>
internal sealed class GroupOffsets
{
    private readonly Dictionary<TopicPartition, CommittedOffset> _committed = [];

    public int Count => _committed.Count;

    public CommittedOffset? Find(TopicPartition partition) => _committed.GetValueOrDefault(partition);
}
