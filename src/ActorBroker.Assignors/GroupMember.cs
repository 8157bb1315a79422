using ActorBroker.Records;

namespace ActorBroker.Assignors;

/// <summary>A member as an assignor sees it.</summary>
/// <param name="MemberId">Its id, unique in the group.</param>
/// <param name="Topics">What it subscribes to.</param>
public sealed record GroupMember(string MemberId, IReadOnlyCollection<string> Topics)
{
    /// <summary><c>group.instance.id</c>, or null; static members sort by it, so that a return moves nothing.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Its rack, or null.</summary>
    public string? RackId { get; init; }

    /// <summary>What it owns now, as far as known; the start of every sticky assignment.</summary>
    public IReadOnlyCollection<TopicPartition> Owned { get; init; } = [];

    /// <summary>The generation of <see cref="Owned"/>; of two claims for one partition the newer counts.</summary>
    public int Generation { get; init; } = -1;
}
