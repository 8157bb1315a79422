using ActorBroker.Core.Catalogue;

namespace ActorBroker.Core.Tests.Catalogue;

/// <summary>
/// A partition's state in one line. Each is recorded in its broker's first life, of ten times its id, unless said
/// otherwise; of a partition's only replica no epoch is recorded.
/// </summary>
internal static class States
{
    public static PartitionState State(
        int leader,
        int[] inSync,
        int[]? eligible = null,
        int[]? replicas = null,
        int[]? adding = null,
        int[]? removing = null,
        int epoch = 5) =>
        new([.. replicas ?? [1, 2, 3]], [.. inSync], leader, epoch, [.. eligible ?? []])
        {
            InSyncEpochs = replicas is [_] ? [] : [.. inSync.Select(id => id * 10L)],
            EligibleLeaderEpochs = replicas is [_] ? [] : [.. (eligible ?? []).Select(id => id * 10L)],
            Adding = [.. adding ?? []],
            Removing = [.. removing ?? []],
        };
}
