namespace ActorBroker.Core.Groups.Classic;

/// <summary>Somebody who must be heard of until a moment.</summary>
internal abstract class Timed
{
    /// <summary>The moment, monotonic; <see cref="CoordinatedGroup.Never"/> while nothing is expected.</summary>
    public long DeadlineMs { get; set; } = CoordinatedGroup.Never;

    /// <summary>When <see cref="Deadlines"/> looks at it next; it may be earlier than the deadline.</summary>
    public long QueuedMs { get; set; } = CoordinatedGroup.Never;
}
