// A member's way from what it owns to its target. The rule that keeps a partition from having two owners: a partition
// is given to a member only when no other member has it assigned or still has to give it up, and a member is past
// having to give up only when it says so itself, by the list of what it owns.
//
//   Stable --- new target takes nothing away ----------------------> Stable | UnreleasedPartitions, at the new epoch
//   Stable | Unreleased --- new target takes something away -------> UnrevokedPartitions, at the old epoch
//   Unrevoked --- reports that it owns none of those --------------> as above, towards the newest target
//   Unreleased --- the previous owner has released ----------------> Stable | Unreleased
namespace ActorBroker.Core.Groups.Consumer;

/// <summary>What a member owns and its epochs, as stored in its current-assignment record.</summary>
/// <param name="Epoch">The member's epoch; -2 for a static member that left for a while.</param>
/// <param name="PreviousEpoch">The one before: a member whose answer was lost may still come with it.</param>
/// <param name="State">How far it is.</param>
/// <param name="Assigned">What it owns or may take.</param>
/// <param name="Pending">What it has to give up.</param>
internal sealed record CurrentAssignment(
    int Epoch, int PreviousEpoch, MemberState State, PartitionSet Assigned, PartitionSet Pending)
{
    public static readonly CurrentAssignment New =
        new(0, 0, MemberState.Stable, PartitionSet.Empty, PartitionSet.Empty);

    /// <summary>The next step towards a target; this very object when there is none to take.</summary>
    /// <param name="target">What the member shall own.</param>
    /// <param name="targetEpoch">The epoch of the target.</param>
    /// <param name="owned">What the member says it owns; null: it does not say.</param>
    /// <param name="isFree">Whether no other member has the partition.</param>
    public CurrentAssignment Next(
        PartitionSet target, int targetEpoch, PartitionSet? owned, Func<Guid, int, bool> isFree)
    {
        switch (State)
        {
            case MemberState.Stable when Epoch == targetEpoch:
            case MemberState.UnrevokedPartitions when owned is null || owned.Overlaps(Pending):
                return this;
            case MemberState.UnrevokedPartitions:
                return Towards(Epoch + 1, target, targetEpoch, owned, isFree);
            case MemberState.Stable or MemberState.UnreleasedPartitions:
                return Towards(Epoch, target, targetEpoch, owned, isFree);
            default:
                return Towards(targetEpoch, target, targetEpoch, owned, isFree);
        }
    }

    private CurrentAssignment Towards(
        int epoch, PartitionSet target, int targetEpoch, PartitionSet? owned, Func<Guid, int, bool> isFree)
    {
        var kept = Assigned.Intersect(target);
        var revoked = Assigned.Except(kept);
        if (!revoked.IsEmpty && (owned is null || owned.Overlaps(revoked)))
        {
            return At(epoch, MemberState.UnrevokedPartitions, kept, revoked);
        }

        var missing = target.Except(kept);
        var free = missing.Where(isFree);
        var state = free.Count == missing.Count ? MemberState.Stable : MemberState.UnreleasedPartitions;
        return At(targetEpoch, state, kept.Union(free), PartitionSet.Empty);
    }

    private CurrentAssignment At(int epoch, MemberState state, PartitionSet assigned, PartitionSet pending) =>
        epoch == Epoch && state == State && assigned.Equals(Assigned) && pending.Equals(Pending)
            ? this
            : new CurrentAssignment(epoch, epoch == Epoch ? PreviousEpoch : Epoch, state, assigned, pending);
}
