using System.Collections.Immutable;
using ActorBroker.Records;

namespace ActorBroker.Core.Topics;

/// <summary>Where a topic's partitions go, or why they can't.</summary>
/// <param name="Error">None, or the code for the client.</param>
/// <param name="Message">The reason in words.</param>
/// <param name="Replicas">Partition by partition the broker ids, the preferred leader first; default after an
/// error.</param>
public readonly record struct Placement(
    ErrorCode Error,
    string? Message,
    ImmutableArray<ImmutableArray<int>> Replicas)
{
    /// <summary>There is a place for each.</summary>
    public bool IsValid => Error == ErrorCode.None;

    internal static Placement Of(IEnumerable<ImmutableArray<int>> replicas) => new(ErrorCode.None, null, [.. replicas]);

    internal static Placement Refused(ErrorCode error, string message) => new(error, message, default);
}
