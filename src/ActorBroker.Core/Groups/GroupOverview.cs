using ActorBroker.Core.Groups.Offsets;
using ActorBroker.Records;

namespace ActorBroker.Core.Groups;

/// <summary>A group with all that it has committed.</summary>
/// <param name="Group">As ListGroups tells it.</param>
/// <param name="MemberCount">Its members.</param>
/// <param name="Offsets">Its committed offsets, in no particular order.</param>
public sealed record GroupOverview(
    ListedGroup Group, int MemberCount, IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> Offsets);
