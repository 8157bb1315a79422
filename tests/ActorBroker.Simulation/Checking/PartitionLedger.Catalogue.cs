using ActorBroker.Core.Catalogue;

namespace ActorBroker.Simulation.Checking;

// What the catalogue may record, and what has to be true once nothing goes wrong any more.
internal sealed partial class PartitionLedger
{
    /// <summary>The catalogue is about to record the partition for the first time.</summary>
    public void Creating(PartitionState state) => _fewestReplicas = state.Replicas.Length;

    /// <summary>The catalogue is about to record another state.</summary>
    public void Changing(PartitionState before, PartitionState after, bool mayBeUnclean)
    {
        _fewestReplicas = Math.Min(_fewestReplicas, Math.Min(before.Replicas.Length, after.Replicas.Length));
        Require(after.LeaderEpoch >= before.LeaderEpoch, "(1) the leader epoch goes back");
        Require(
            after.Leader == before.Leader || after.LeaderEpoch > before.LeaderEpoch,
            $"(1) the leader changes within epoch {after.LeaderEpoch}");
        Require(after.Leader < 0 || after.InSync.Contains(after.Leader), "(3) the leader is not in sync");
        Require(after.InSync.All(after.Replicas.Contains), "(3) one in sync is no replica");
        Require(
            !after.InSync.Intersect(after.EligibleLeaders).Any(), "(3) one in sync is an eligible leader outside, too");
        if (after.Leader >= 0 && after.LeaderEpoch > before.LeaderEpoch &&
            !before.InSync.Contains(after.Leader) && !before.EligibleLeaders.Contains(after.Leader))
        {
            Require(mayBeUnclean, $"(4) broker {after.Leader} is elected, which was neither in sync nor eligible");
            WasUnclean = true;
        }

        if (!WasUnclean)
        {
            foreach (var id in after.InSync.Where(id => !before.InSync.Contains(id) && IsCurrent(after, id)))
            {
                RequireAllCommitted(id, $"(8) broker {id} gets back in sync without");
            }
        }
    }

    /// <summary>After the faults: one leader, all in sync, all logs the same and committed to their ends.</summary>
    public void CheckHealed()
    {
        var state = State;
        Require(state is not null, "the partition is gone");
        Require(state!.Leader >= 0, "nobody leads in the end");
        Require(
            state.InSync.Order().SequenceEqual(state.Replicas.Order()),
            $"in sync are [{string.Join(' ', state.InSync)}] of [{string.Join(' ', state.Replicas)}] in the end");
        Require(state.Adding.IsEmpty && state.Removing.IsEmpty, "a reassignment has not ended");
        var leader = Mirror(state.Leader);
        Require(leader.LeaderEpoch == state.LeaderEpoch, $"broker {state.Leader} does not lead in the end");
        Require(
            leader.HighWatermark == leader.LogEnd,
            $"{leader.HighWatermark} of {leader.LogEnd} is committed in the end");
        foreach (var mirror in state.Replicas.Select(Mirror))
        {
            Require(
                mirror.LogEnd == leader.LogEnd,
                $"broker {mirror.BrokerId}'s log ends at {mirror.LogEnd}, the leader's at {leader.LogEnd}");
            Require(
                mirror.HighWatermark == leader.HighWatermark,
                $"broker {mirror.BrokerId}'s high watermark is {mirror.HighWatermark}, not {leader.HighWatermark}");
            for (var at = mirror.IndexOf(mirror.LogStart); at < mirror.Entries.Count; at++)
            {
                RequireHolds(leader, mirror.Entries[at], $"the leader lacks what broker {mirror.BrokerId} has:");
            }

            for (var at = leader.IndexOf(leader.LogStart); at < leader.Entries.Count; at++)
            {
                RequireHolds(mirror, leader.Entries[at], $"broker {mirror.BrokerId} lacks");
            }

            if (!WasUnclean)
            {
                RequireAllCommitted(mirror.BrokerId, $"(4) in the end broker {mirror.BrokerId} lacks");
            }
        }
    }

    /// <summary>True once the state has nothing left to heal.</summary>
    public bool IsHealed => State is { Leader: >= 0 } state && state.InSync.Length == state.Replicas.Length &&
        state.Adding.IsEmpty && state.Removing.IsEmpty && Mirror(state.Leader) is var leader &&
        leader.HighWatermark == leader.LogEnd && leader.LeaderEpoch == state.LeaderEpoch &&
        state.Replicas.Select(Mirror).All(mirror =>
            mirror.LogEnd == leader.LogEnd && mirror.HighWatermark == leader.LogEnd);

    private void RequireAllCommitted(int brokerId, string problem)
    {
        var mirror = Mirror(brokerId);
        for (var at = EntryList.IndexOf(_committed, mirror.LogStart); at < _committed.Count; at++)
        {
            RequireHolds(mirror, _committed[at], problem);
        }
    }
}
