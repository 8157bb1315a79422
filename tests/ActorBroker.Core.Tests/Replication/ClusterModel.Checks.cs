using ActorBroker.Core.Catalogue;
using ActorBroker.Core.Replication;
using ActorBroker.Records;

namespace ActorBroker.Core.Tests.Replication;

// What has to hold, as it happens and in the end.
internal sealed partial class ClusterModel
{
    private readonly Dictionary<(long Offset, int Epoch), long> _written = [];
    private readonly SortedDictionary<long, long> _committed = [];
    private readonly Dictionary<LeaderMachine, long> _highWatermarks = [];
    private readonly Dictionary<int, int> _leaders = [];
    private readonly HashSet<long> _dropped = [];
    private long _deletedBelow;

    /// <summary>The same offset in the same epoch is the same batch, wherever it is stored.</summary>
    private void Store(Node node, in RecordBatchHeader batch)
    {
        Assert.True(
            _written.TryAdd((batch.BaseOffset, batch.PartitionLeaderEpoch), batch.BaseTimestamp) ||
            _written[(batch.BaseOffset, batch.PartitionLeaderEpoch)] == batch.BaseTimestamp,
            $"two batches at {batch.BaseOffset} in epoch {batch.PartitionLeaderEpoch}");
        node.Log.Append(in batch);
    }

    /// <summary>What is committed now is on every replica that the catalogue counts on.</summary>
    private void CheckLeader(Node node)
    {
        var leader = node.Leader!;
        var before = _highWatermarks.GetValueOrDefault(leader);
        _highWatermarks[leader] = leader.HighWatermark;
        Assert.True(leader.HighWatermark >= before && leader.HighWatermark <= leader.LogEndOffset, "high watermark");
        Assert.Equal(node.Log.LogEndOffset, leader.LogEndOffset);
        if (leader.HighWatermark == before)
        {
            return;
        }

        var isNews = false;
        foreach (var batch in node.Log.Batches.Where(batch => batch.NextOffset <= leader.HighWatermark))
        {
            if (_committed.TryAdd(batch.BaseOffset, batch.Id))
            {
                isNews = true;
            }

            Assert.True(_committed[batch.BaseOffset] == batch.Id, $"{batch.BaseOffset} is committed twice");
        }

        if (isNews)
        {
            CheckCountedOn(Truth.State);
        }
    }

    private void CheckRecorded(PartitionState before, PartitionState after)
    {
        Assert.True(after.LeaderEpoch >= before.LeaderEpoch);
        Assert.True(after.Leader == -1 || after.InSync.Contains(after.Leader));
        Assert.Equal(after.InSync.Length, after.InSyncEpochs.Length);
        Assert.Equal(after.EligibleLeaders.Length, after.EligibleLeaderEpochs.Length);
        Assert.Empty(after.InSync.Intersect(after.EligibleLeaders));
        Assert.Empty(after.InSync.Union(after.EligibleLeaders).Except(after.Replicas));
        Assert.Empty(after.Adding.Union(after.Removing).Except(after.Replicas));
        Assert.True(
            _leaders.TryAdd(after.LeaderEpoch, after.Leader) || _leaders[after.LeaderEpoch] == after.Leader,
            $"two leaders of epoch {after.LeaderEpoch}");
        CheckCountedOn(after);
        foreach (var id in after.InSync)
        {
            if (after.InSyncEpochOf(id) == _nodes[id - 1].Epoch && _nodes[id - 1].Phase != Phase.Down)
            {
                _lossy.Remove(id);
                _unclean.Remove(id);
            }
        }
    }

    private void CheckCountedOn(PartitionState state)
    {
        foreach (var id in state.InSync.Concat(state.EligibleLeaders))
        {
            // Of a replica in another life than recorded, or that has just lost its records, nothing is expected.
            var epoch = state.InSyncEpochOf(id) ?? state.EligibleEpochOf(id);
            if (epoch == _nodes[id - 1].Epoch && !_lossy.Contains(id))
            {
                CheckHolds(_nodes[id - 1], $"{Show(state)}: {id} lacks what is committed");
            }
        }
    }

    private void CheckHolds(Node node, string message)
    {
        var held = node.Log.Batches.ToDictionary(batch => batch.BaseOffset, batch => batch.Id);
        foreach (var (offset, id) in _committed)
        {
            if (offset >= _deletedBelow && !_dropped.Contains(offset))
            {
                Assert.True(held.GetValueOrDefault(offset) == id, $"{message}: {offset}");
            }
        }
    }

    private static void CheckFollower(Node node, long highWatermark)
    {
        var follower = node.Follower!;
        Assert.Equal(node.Log.LogEndOffset, follower.LogEndOffset);
        Assert.True(follower.HighWatermark <= follower.LogEndOffset);
        Assert.True(
            follower.HighWatermark >= highWatermark,
            $"{node.Id}: high watermark {highWatermark} -> {follower.HighWatermark}");
    }

    private void CheckHealed()
    {
        var state = Truth.State;
        var leader = _nodes[state.Leader - 1].Leader!;
        Assert.False(state.IsReassigning, Show(state));
        Assert.Equal(state.Replicas.Order(), state.InSync.Order());
        Assert.True(leader.HighWatermark == leader.LogEndOffset, "the leader's records are not committed");
        foreach (var id in state.Replicas)
        {
            var node = _nodes[id - 1];
            Assert.Equal(leader.HighWatermark, node.CurrentHighWatermark);
            Assert.Equal(leader.LogEndOffset, node.Log.LogEndOffset);
            Assert.Equal(Surviving(_nodes[state.Leader - 1]), Surviving(node));
            CheckHolds(node, $"{id} lacks in the end");
        }
    }

    private IEnumerable<MemoryLog.Stored> Surviving(Node node) => node.Log.Batches
        .Where(batch => batch.BaseOffset >= _deletedBelow && !_dropped.Contains(batch.BaseOffset));

    private static string Show(PartitionState state) =>
        $"leader {state.Leader} of epoch {state.LeaderEpoch}, replicas {string.Join(',', state.Replicas)}, in sync " +
        $"{string.Join(',', state.InSync.Zip(state.InSyncEpochs))}, eligible " +
        $"{string.Join(',', state.EligibleLeaders.Zip(state.EligibleLeaderEpochs))}, " +
        $"adding {string.Join(',', state.Adding)}, removing {string.Join(',', state.Removing)}";
}
