namespace ActorBroker.Core.Groups;

/// <summary>Something to be looked at when its moment comes, e.g. somebody who must be heard of until then.</summary>
internal abstract class Timed
{
    /// <summary>The moment, monotonic; <see cref="CoordinatedGroup.Never"/> while nothing is expected.</summary>
    public long DeadlineMs { get; set; } = CoordinatedGroup.Never;

    /// <summary>When <see cref="Deadlines"/> looks at it next; it may be earlier than the deadline.</summary>
    public long QueuedMs { get; set; } = CoordinatedGroup.Never;
}
