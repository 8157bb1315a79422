using ActorBroker.Core.Groups.Offsets;

namespace ActorBroker.Core.Groups;

/// <summary>A group id: its offsets, and its members' protocol where it ever had members.</summary>
/// <remarks>A group that migrates keeps its entry and its offsets; only <see cref="Members"/> is replaced.</remarks>
internal sealed class Group(string id) : Timed
{
    public string Id => id;

    /// <summary>A <c>ClassicGroup</c> or a <c>ConsumerGroup</c>; null while the group only keeps offsets.</summary>
    public CoordinatedGroup? Members { get; set; }

    public GroupOffsets Offsets { get; } = new();

    /// <summary>Nothing would be lost if the group were forgotten.</summary>
    public bool IsVoid => Offsets.Count == 0 && Members is null or { IsVoid: true };
}
